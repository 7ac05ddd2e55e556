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

type Query = Pick<
  Parameters<typeof listSubscriptions>[1],
  'accountId' | 'state' | 'isLimited' | 'isNearQuota' | 'keyEnds'
>;

/** The lists over all accounts, by the word that is typed for each. */
const LISTS = {
  waiting: {
    query: { state: 'submitted' },
    filter: 'Waiting',
    title: 'Subscriptions waiting for approval',
    none: 'No subscription is waiting for approval. `/apim-user subscriptions &lt;account&gt;` lists the subscriptions of an account.',
  },
  limited: {
    query: { isLimited: true },
    filter: 'At their limits',
    title: 'Subscriptions at their limits',
    none: 'No quota is used up, and in the last 24 hours no subscription went over its rate.',
  },
  near: {
    query: { isNearQuota: true },
    filter: 'Near their quota',
    title: 'Subscriptions that used most of their quota',
    none: 'No subscription that can still call has used most of its quota.',
  },
  ending: {
    query: { keyEnds: true },
    filter: 'Keys that end',
    title: 'Subscriptions whose key ends within 30 days',
    none: 'No key of an active subscription ends within 30 days.',
  },
} satisfies Record<string, { query: Query; filter: string; title: string; none: string }>;
type SubscriptionList = keyof typeof LISTS;
const isList = (word: string): word is SubscriptionList => Object.hasOwn(LISTS, word);

/** The first page of a list over all accounts. */
const subscriptionList = (request: SlackRequest, list: SubscriptionList): Promise<Message> =>
  pages.first(request, LISTS[list].query);

const listOf = ({ isLimited, isNearQuota, keyEnds }: Query): SubscriptionList =>
  isLimited ? 'limited' : isNearQuota ? 'near' : keyEnds ? 'ending' : 'waiting';

const pages = definePages<Query>('subscriptions', async (request, query, page) => {
  const { subscriptions, next, count } = await listSubscriptions(request.context, { ...query, ...page });
  const role = await request.role();
  const { accountId, isLimited = false } = query;
  const shown = listOf(query);
  const title = accountId
    ? titleOf((await showAccount(request.context, { accountId })).account)
    : LISTS[shown].title;
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
      : Object.entries(LISTS).map(([list, one]) => ({
          text: one.filter,
          query: one.query,
          isChosen: list === shown,
        })),
    none: accountId ? 'There are no subscriptions.' : LISTS[shown].none,
    buttons: role === 'admin' ? [grant] : [],
  };
});

export const subscriptionsFeature: Feature = {
  command: {
    name: 'subscriptions',
    aliases: ['subscription', 'subs', 'keys', 'key', 'grant', 'approve', 'reject'],
    usage: 'subscriptions [account | limited | near | ending]',
    summary:
      'Lists the subscriptions of an account, to suspend, resume, cancel or replace keys; without an account, those waiting for approval; with `limited`, those whose quota is used up or that went over their rate in the last 24 hours; with `near`, those that used most of their quota; with `ending`, those whose key ends within 30 days. Admins grant new ones.',
    example: '/apim-user subscriptions ann@example.com',
    who: 'admins and approvers',
    run: async (request, [name]) =>
      request.reply(
        await (name === undefined
          ? subscriptionList(request, 'waiting')
          : isList(name.toLowerCase())
            ? subscriptionList(request, name.toLowerCase() as SubscriptionList)
            : accountPage(request, name)),
      ),
  },
  buttons: {
    'menu-subscriptions': async (request, which) =>
      request.reply(await subscriptionList(request, isList(which) ? which : 'waiting')),
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
