import type { AccountView } from '../../operations/accounts/account.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import { listSubscriptions } from '../../operations/subscriptions/list.ts';
import { showSubscription } from '../../operations/subscriptions/show.ts';
import { findFor } from '../frame/account-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { readCarried } from '../frame/reference.ts';
import { nameOf } from '../present/account.ts';
import { actions, button, type Message, section } from '../present/blocks.ts';
import { subscriptionMessage, subscriptionRow } from '../present/subscription.ts';
import { escapeText } from '../present/text.ts';

type Query = Pick<Parameters<typeof listSubscriptions>[1], 'accountId' | 'state' | 'after'>;

const WAITING: Query = { state: 'submitted' };
const NONE_WAITS =
  'No subscription waits for a decision. `/apim-user subscriptions &lt;account&gt;` shows those of an account.';

export const subscriptionsFeature: Feature = {
  command: {
    name: 'subscriptions',
    aliases: ['subscription', 'subs', 'keys', 'key', 'grant', 'approve', 'reject'],
    usage: 'subscriptions [account]',
    summary:
      'Shows an account’s subscriptions, to suspend, resume, end and regenerate keys; without one, those that wait for a decision. Admins grant.',
    example: '/apim-user subscriptions ann@example.com',
    who: 'admins and approvers',
    run: async (request, [name]) =>
      request.reply(
        await (name === undefined ? subscriptionsPage(request, WAITING) : accountPage(request, name)),
      ),
  },
  buttons: {
    'menu-subscriptions': async (request) => request.reply(await subscriptionsPage(request, WAITING)),
    'subscriptions-of': async (request, accountId) => request.reply(await accountPage(request, accountId)),
    'subscriptions-next': async (request, value) => {
      const query = readCarried<Query>(value);
      const title = query.accountId
        ? titleOf((await showAccount(request.context, { accountId: query.accountId })).account)
        : undefined;
      return request.reply(await subscriptionsPage(request, query, title), { replace: true });
    },
    'subscription-show': async (request, subscriptionId) => {
      const { subscription } = await showSubscription(request.context, { subscriptionId });
      return request.reply(subscriptionMessage('Subscription', subscription, await request.role()));
    },
  },
};

async function subscriptionsPage(request: SlackRequest, query: Query, title?: string): Promise<Message> {
  const { subscriptions, next } = await listSubscriptions(request.context, query);
  const role = await request.role();
  const { accountId } = query;
  const grant = button('subscription-grant', 'Grant', JSON.stringify(accountId ? { accountId } : {}), {
    style: 'primary',
  });
  const pageButtons = [
    ...(role === 'admin' ? [grant] : []),
    ...(next ? [button('subscriptions-next', 'Next', JSON.stringify({ ...query, after: next }))] : []),
  ];
  const none = query.after ? 'There are no more.' : accountId ? 'There are no subscriptions.' : NONE_WAITS;
  const head = title ?? '*Subscriptions that wait for a decision*';
  return {
    text: 'Subscriptions',
    blocks: [
      section(head),
      ...(subscriptions.length
        ? subscriptions.flatMap((one) => subscriptionRow(one, role, { withOwner: !accountId }))
        : [section(none)]),
      ...(pageButtons.length ? [actions(pageButtons)] : []),
    ],
  };
}

function titleOf(account: AccountView): string {
  const state = account.state === 'active' ? '' : ` · the account is *${account.state}*`;
  return `*Subscriptions of ${escapeText(nameOf(account))}*${state}`;
}

async function accountPage(request: SlackRequest, named: string): Promise<Message> {
  const account = await findFor(request, listSubscriptions, named);
  return subscriptionsPage(request, { accountId: account.id }, titleOf(account));
}
