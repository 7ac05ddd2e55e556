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
  return {
    text: 'Developer accounts',
    blocks: [
      header('Developer accounts'),
      section(summary),
      ...ROWS.map((row) =>
        actions(row.filter(({ isForAdmins }) => role === 'admin' || !isForAdmins).map(toButton)),
      ),
    ],
  };
}

type MenuEntry = { name: string; text: string; isForAdmins?: true };

/** People, what they may call, and the programme. */
const ROWS: MenuEntry[][] = [
  [
    { name: 'menu-invite', text: 'Invite', isForAdmins: true },
    { name: 'menu-add', text: 'Add', isForAdmins: true },
    { name: 'menu-import', text: 'Import', isForAdmins: true },
    { name: 'menu-export', text: 'Export', isForAdmins: true },
    { name: 'menu-list', text: 'List' },
    { name: 'menu-find', text: 'Find' },
    { name: 'menu-invites', text: 'Open invitations', isForAdmins: true },
  ],
  [
    { name: 'menu-products', text: 'Products' },
    { name: 'menu-apis', text: 'APIs' },
    { name: 'menu-groups', text: 'Groups' },
    { name: 'menu-subscriptions', text: 'Subscriptions' },
    { name: 'menu-approvals', text: 'Approvals' },
  ],
  [
    { name: 'menu-announce', text: 'Announce', isForAdmins: true },
    { name: 'menu-rules', text: 'Rules', isForAdmins: true },
    { name: 'menu-templates', text: 'Templates', isForAdmins: true },
    { name: 'menu-operators', text: 'Operators', isForAdmins: true },
    { name: 'menu-tokens', text: 'Tokens', isForAdmins: true },
    { name: 'menu-webhooks', text: 'Webhooks', isForAdmins: true },
    { name: 'menu-help', text: 'Help' },
  ],
];

const toButton = ({ name, text }: MenuEntry) =>
  button(name, text, '-', name === 'menu-invite' ? { style: 'primary' } : {});

const requestButton = (request: SlackRequest) =>
  request.context.policy.hasRequests
    ? [button('menu-request', 'Ask for an invitation', '-', { style: 'primary' })]
    : [];
