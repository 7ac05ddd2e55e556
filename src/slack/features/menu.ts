import { countAccounts } from '../../operations/accounts/count.ts';
import type { SlackRequest } from '../frame/feature.ts';
import { adminsToAsk } from '../frame/role.ts';
import { actions, button, header, type Message, section } from '../present/blocks.ts';

/** The reply to `/apim-user` alone, and the top of App Home. */
export async function menu(request: SlackRequest): Promise<Message> {
  const role = await request.role();
  if (!role) {
    const text = `You have no role here yet. ${await adminsToAsk(request)}`;
    return {
      text,
      blocks: [section(text), actions([...requestButton(request), button('menu-help', 'Help', '-')])],
    };
  }
  const counts = await countAccounts(request.context, {});
  const summary = `*${counts.active}* active · *${counts.pending}* pending · *${counts.blocked}* blocked`;
  const forAdmins = [
    button('menu-invite', 'Invite', '-', { style: 'primary' }),
    button('menu-add', 'Add', '-'),
    button('menu-invites', 'Open invitations', '-'),
  ];
  return {
    text: 'Developer accounts',
    blocks: [
      header('Developer accounts'),
      section(summary),
      actions([
        ...(role === 'admin' ? forAdmins : []),
        button('menu-list', 'List', '-'),
        button('menu-find', 'Find', '-'),
        button('menu-products', 'Products', '-'),
        button('menu-subscriptions', 'Subscriptions', '-'),
        button('menu-approvals', 'Approvals', '-'),
        button('menu-help', 'Help', '-'),
      ]),
    ],
  };
}

const requestButton = (request: SlackRequest) =>
  request.context.policy.hasRequests
    ? [button('menu-request', 'Ask for an invitation', '-', { style: 'primary' })]
    : [];
