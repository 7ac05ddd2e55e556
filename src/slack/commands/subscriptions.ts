import type { AccountView } from '../../operations/accounts/account.ts';
import { showAccount } from '../../operations/accounts/show.ts';
import { listSubscriptions } from '../../operations/subscriptions/list.ts';
import { showSubscription } from '../../operations/subscriptions/show.ts';
import { findFor } from '../frame/account-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { idIn } from '../frame/reference.ts';
import { nameOf } from '../present/account.ts';
import { button, type Message } from '../present/blocks.ts';
import { subscriptionMessage, subscriptionRow } from '../present/subscription.ts';
import { escapeText } from '../present/text.ts';

type Query = Pick<Parameters<typeof listSubscriptions>[1], 'accountId' | 'state' | 'isLimited'>;

const WAITING: Query = { state: 'submitted' };
const LIMITED: Query = { isLimited: true };
const NONE_WAITS =
  'No subscription is waiting for approval. `/apim-user subscriptions &lt;account&gt;` lists the subscriptions of an account.';

const NONE_IS_LIMITED = 'No quota is used up, and in the last 24 hours no subscription went over its rate.';

const pages = definePages<Query>('subscriptions', async (request, query, page) => {
  const { subscriptions, next, count } = await listSubscriptions(request.context, { ...query, ...page });
  const role = await request.role();
  const { accountId, isLimited = false } = query;
  const title = accountId
    ? titleOf((await showAccount(request.context, { accountId })).account)
    : isLimited
      ? 'Subscriptions at their limits'
      : 'Subscriptions waiting for approval';
  const grant = button('subscription-grant', 'Grant', JSON.stringify(accountId ? { accountId } : {}), {
    style: 'primary',
  });
  return {
    title,
    rows: subscriptions.map((one) => subscriptionRow(one, role, { withOwner: !accountId, isLimited })),
    next,
    count,
    filters: accountId
      ? []
      : [
          { text: 'Waiting', query: WAITING, isChosen: !isLimited },
          { text: 'At their limits', query: LIMITED, isChosen: isLimited },
        ],
    none: accountId ? 'There are no subscriptions.' : isLimited ? NONE_IS_LIMITED : NONE_WAITS,
    buttons: role === 'admin' ? [grant] : [],
  };
});

export const subscriptionsFeature: Feature = {
  command: {
    name: 'subscriptions',
    aliases: ['subscription', 'subs', 'keys', 'key', 'grant', 'approve', 'reject'],
    usage: 'subscriptions [account | limited]',
    summary:
      'Lists the subscriptions of an account, to suspend, resume, cancel or replace keys; without an account, those waiting for approval; with `limited`, those whose quota is used up or that went over their rate in the last 24 hours. Admins grant new ones.',
    example: '/apim-user subscriptions ann@example.com',
    who: 'admins and approvers',
    run: async (request, [name]) =>
      request.reply(
        await (name === undefined
          ? pages.first(request, WAITING)
          : name.toLowerCase() === 'limited'
            ? pages.first(request, LIMITED)
            : accountPage(request, name)),
      ),
  },
  buttons: {
    'menu-subscriptions': async (request, which) =>
      request.reply(await pages.first(request, which === 'limited' ? LIMITED : WAITING)),
    'subscriptions-of': async (request, accountId) => request.reply(await accountPage(request, accountId)),
    ...pages.buttons,
    'subscription-show': async (request, value) => {
      const { subscription, ...more } = await showSubscription(request.context, {
        subscriptionId: idIn(value),
      });
      return request.reply(subscriptionMessage('Subscription', subscription, await request.role(), more));
    },
  },
};

function titleOf(account: AccountView): string {
  const state = account.state === 'active' ? '' : `, whose account is ${account.state}`;
  return `Subscriptions of ${escapeText(nameOf(account))}${state}`;
}

async function accountPage(request: SlackRequest, named: string): Promise<Message> {
  const account = await findFor(request, listSubscriptions, named);
  return pages.first(request, { accountId: account.id });
}
