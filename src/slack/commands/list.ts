import type { KnownBlock } from '@slack/types';
import { DomainError } from '../../domain/domain-error.ts';
import type { AccountView } from '../../operations/accounts/account.ts';
import { countAccounts } from '../../operations/accounts/count.ts';
import { listAccounts } from '../../operations/accounts/list.ts';
import type { Role } from '../../operations/frame/context.ts';
import { DEVELOPERS_GROUP } from '../../operations/groups/built-in.ts';
import { listGroups } from '../../operations/groups/list.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { buttonValue, readCarried } from '../frame/reference.ts';
import { actionsOn, nameOf } from '../present/account.ts';
import { actions, actionsWithMenu, button, context, type Message, section } from '../present/blocks.ts';
import { escapeText, formatDate } from '../present/text.ts';
import { optionIn } from '../receive/typed-words.ts';

type Query = Parameters<typeof listAccounts>[1];

export const listFeature: Feature = {
  command: {
    name: 'list',
    aliases: ['ls', 'all', 'users', 'accounts', 'developers', 'search'],
    usage: 'list [text] [state:active|blocked|pending|deleted] [group:name]',
    summary:
      'Lists accounts, the newest first, ten a page. `state:deleted` lists what can still be restored.',
    example: '/apim-user list state:blocked',
    who: 'admins and approvers',
    run: async (request, words) => request.reply(await listPage(request, await queryOf(request, words))),
  },
  buttons: {
    'menu-list': async (request) => request.reply(await listPage(request, {})),
    'list-pending': async (request) => request.reply(await listPage(request, { state: 'pending' })),
    'list-next': turnPage,
    'list-previous': turnPage,
  },
};

async function turnPage(request: SlackRequest, value: string): Promise<void> {
  await request.reply(await listPage(request, readCarried(value)), { replace: true });
}

async function queryOf(request: SlackRequest, words: string[]): Promise<Query> {
  const text = words.filter((word) => !/^(state|group):/.test(word)).join(' ');
  const state = optionIn(words, 'state');
  const groupName = optionIn(words, 'group');
  if (state !== undefined && !['active', 'blocked', 'pending', 'deleted'].includes(state)) {
    throw new DomainError('invalid_input', { fields: { state: 'is active, blocked, pending or deleted' } });
  }
  const group =
    groupName === undefined
      ? null
      : (await listGroups(request.context, {})).groups.find(
          (one) => one.name.toLowerCase() === groupName.toLowerCase(),
        );
  if (group === undefined) throw new DomainError('group_not_found');
  return {
    ...(text ? { text } : {}),
    ...(state ? { state: state as NonNullable<Query['state']> } : {}),
    ...(group && group.id !== DEVELOPERS_GROUP ? { groupId: group.id } : {}),
  };
}

async function listPage(request: SlackRequest, query: Query): Promise<Message> {
  const { accounts, next, previous } = await listAccounts(request.context, query);
  const { after: _a, before: _b, ...filter } = query;
  const counts = await countAccounts(request.context, {});
  const role = await request.role();
  const pageButtons = [
    ...(previous
      ? [button('list-previous', 'Previous', JSON.stringify({ ...filter, before: previous }))]
      : []),
    ...(next ? [button('list-next', 'Next', JSON.stringify({ ...filter, after: next }))] : []),
  ];
  return {
    text: accounts.length === 1 ? '1 account' : `${accounts.length || 'No'} accounts`,
    blocks: [
      ...(accounts.length ? accounts.flatMap((one) => rowOf(one, role)) : [section(noResultsText(filter))]),
      context(`All: ${counts.active} active · ${counts.pending} pending · ${counts.blocked} blocked`),
      ...(pageButtons.length ? [actions(pageButtons)] : []),
    ],
  };
}

function rowOf(account: AccountView, role: Role | null): KnownBlock[] {
  const name = nameOf(account);
  const facts = `*${escapeText(name)}* · ${escapeText(account.email)}\n${stateText(account)}`;
  // Slack's overflow menu holds five entries, so Show is a button beside it.
  const show = button('list-show', 'Show', account.id, { label: `Show ${name}` });
  return [
    section(facts),
    actionsWithMenu([show], { value: buttonValue(account), entries: actionsOn(account, role) }),
  ];
}

const stateText = ({ state, registeredAt, deletedAt, restorableUntil }: AccountView): string =>
  deletedAt && restorableUntil
    ? `deleted ${formatDate(deletedAt)} · can be restored until ${formatDate(restorableUntil)}`
    : `${state} · registered ${formatDate(registeredAt)}`;

function noResultsText(filter: Query): string {
  if (filter.state === 'deleted') return 'No deleted account can be restored now.';
  return Object.keys(filter).length > 0
    ? 'No account is like that. `/apim-user list` shows all; invited people are in `/apim-user invites` until they accept.'
    : 'There are no accounts yet. `/apim-user invite` asks someone in.';
}
