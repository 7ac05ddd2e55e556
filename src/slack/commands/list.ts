import { DomainError } from '../../domain/domain-error.ts';
import { countAccounts } from '../../operations/accounts/count.ts';
import { listAccounts } from '../../operations/accounts/list.ts';
import { DEVELOPERS_GROUP } from '../../operations/groups/group.ts';
import { listGroups } from '../../operations/groups/list.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { accountRow } from '../present/account.ts';
import { escapeText } from '../present/text.ts';
import { optionIn } from '../receive/typed-words.ts';

type Query = Pick<Parameters<typeof listAccounts>[1], 'text' | 'state' | 'groupId'>;

const STATES = ['active', 'pending', 'blocked', 'deleted'] as const;

const pages = definePages<Query>('list', async (request, query, page) => {
  const { accounts, next, count } = await listAccounts(request.context, { ...query, ...page });
  const role = await request.role();
  return {
    title: titleOf(query),
    rows: accounts.map((one) => accountRow(one, role)),
    next,
    count,
    none: noResultsText(query),
    filters: await stateFilters(request, query),
  };
});

export const listFeature: Feature = {
  command: {
    name: 'list',
    aliases: ['ls', 'all', 'users', 'accounts', 'developers', 'search'],
    usage: 'list [text] [state:active|blocked|pending|deleted] [group:name]',
    summary: 'Lists accounts, newest first. `state:deleted` lists the accounts that can be restored.',
    example: '/apim-user list state:blocked',
    who: 'admins and approvers',
    run: async (request, words) => request.reply(await pages.first(request, await queryOf(request, words))),
  },
  buttons: {
    'menu-list': async (request) => request.reply(await pages.first(request, {})),
    'list-pending': async (request) => request.reply(await pages.first(request, { state: 'pending' })),
    ...pages.buttons,
  },
};

async function queryOf(request: SlackRequest, words: string[]): Promise<Query> {
  const text = words.filter((word) => !/^(state|group):/.test(word)).join(' ');
  const state = optionIn(words, 'state');
  const groupName = optionIn(words, 'group');
  const isState = (word: string): word is (typeof STATES)[number] => STATES.some((one) => one === word);
  if (state !== undefined && !isState(state))
    throw new DomainError('invalid_input', {
      fields: { state: `write ${STATES.slice(0, -1).join(', ')} or ${STATES.at(-1)}` },
    });
  const group =
    groupName === undefined
      ? null
      : (await listGroups(request.context, {})).groups.find(
          (one) => one.name.toLowerCase() === groupName.toLowerCase(),
        );
  if (group === undefined) throw new DomainError('group_not_found');
  return {
    ...(text ? { text } : {}),
    ...(state ? { state } : {}),
    ...(group && group.id !== DEVELOPERS_GROUP ? { groupId: group.id } : {}),
  };
}

function titleOf({ state, text }: Query): string {
  const accounts = state ? `${titleCase(state)} accounts` : 'Accounts';
  return text ? `${accounts} that match “${escapeText(text)}”` : accounts;
}

const titleCase = (word: string): string => `${word[0]?.toUpperCase()}${word.slice(1)}`;

/** With counts when nothing else narrows the list. */
async function stateFilters(request: SlackRequest, { state, ...query }: Query) {
  const isNarrowed = query.text !== undefined || query.groupId !== undefined;
  const counts = isNarrowed ? null : await countAccounts(request.context, {});
  const all = counts && counts.active + counts.pending + counts.blocked;
  const counted = (text: string, count: number | null) =>
    count === null ? text : `${text} (${count.toLocaleString('en')})`;
  return [
    { text: counted('All', all), query, isChosen: state === undefined },
    ...STATES.map((one) => ({
      // The count of deleted accounts has the erased ones too.
      text: counted(titleCase(one), counts && one !== 'deleted' ? counts[one] : null),
      query: { ...query, state: one },
      isChosen: state === one,
    })),
  ];
}

function noResultsText(query: Query): string {
  if (query.state === 'deleted') return 'No deleted account can be restored now.';
  return Object.keys(query).length > 0
    ? 'No account matches. `/apim-user list` shows all accounts; invited people are in `/apim-user invites` until they accept.'
    : 'There are no accounts yet. `/apim-user invite` invites developers.';
}
