import { countAccounts } from '../../operations/accounts/count.ts';
import { listAccounts } from '../../operations/accounts/list.ts';
import type { WantedAccounts } from '../../operations/accounts/wanted.ts';
import { wantedAccounts } from '../../operations/accounts/wanted-words.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { accountRow } from '../present/account.ts';
import { isAboutActivity, wantedText } from '../present/account-list.ts';
import { button } from '../present/blocks.ts';
import { capital } from '../present/text.ts';
import { exportButton } from './export.ts';

const STATES = ['active', 'pending', 'blocked', 'deleted'] as const;

const ACTIVITY_NOTE =
  'Days are in UTC. An account is idle since its last sign-in or call, or since it was registered.';

const pages = definePages<WantedAccounts>('list', async (request, query, page) => {
  const { accounts, next, count } = await listAccounts(request.context, { ...query, ...page });
  const role = await request.role();
  return {
    title: wantedText(query),
    rows: accounts.map((one) => accountRow(one, role, isAboutActivity(query))),
    next,
    count,
    none: noResultsText(query),
    filters: await stateFilters(request, query),
    ...(isAboutActivity(query) ? { note: ACTIVITY_NOTE } : {}),
    buttons:
      role === 'admin' && accounts.length > 0
        ? [
            ...(query.state === 'deleted' ? [] : [button('many-select', 'Select…', JSON.stringify(query))]),
            exportButton('accounts', query),
          ]
        : [],
  };
});

export const listFeature: Feature = {
  command: {
    name: 'list',
    aliases: ['ls', 'all', 'users', 'accounts', 'developers', 'search'],
    usage:
      'list [text] [state:active|blocked|pending|deleted] [group:name] [idle:90d] [never-signed-in] [last-call:<2026-08-01] [last-sign-in:<2026-08-01] [sort:idle|last-call|last-sign-in|registered]',
    summary:
      'Lists accounts, newest first. `idle:90d` lists those without a sign-in or call for 90 days (also `12w`, `3m`), the longest idle first; `state:deleted` those that can be restored.',
    example: '/apim-user list state:blocked',
    who: 'admins and approvers',
    run: async (request, words) =>
      request.reply(await pages.first(request, await wantedAccounts(request.context, words))),
  },
  buttons: {
    // Its value has the words that would be typed, if any.
    'menu-list': async (request, value) => {
      const words = value === '-' ? [] : value.split(' ');
      return request.reply(await pages.first(request, await wantedAccounts(request.context, words)));
    },
    'list-pending': async (request) => request.reply(await pages.first(request, { state: 'pending' })),
    ...pages.buttons,
  },
};

/** With counts when nothing else narrows the list. */
async function stateFilters(request: SlackRequest, { state, ...query }: WantedAccounts) {
  const { sort: _, ...narrowing } = query;
  const counts = Object.values(narrowing).some(Boolean) ? null : await countAccounts(request.context, {});
  const all = counts && counts.active + counts.pending + counts.blocked;
  const counted = (text: string, count: number | null) =>
    count === null ? text : `${text} (${count.toLocaleString('en')})`;
  return [
    { text: counted('All', all), query, isChosen: state === undefined },
    ...STATES.map((one) => ({
      // The count of deleted accounts has the erased ones too.
      text: counted(capital(one), counts && one !== 'deleted' ? counts[one] : null),
      query: { ...query, state: one },
      isChosen: state === one,
    })),
  ];
}

const lower = (words: string): string => `${words.charAt(0).toLowerCase()}${words.slice(1)}`;

function noResultsText(query: WantedAccounts): string {
  if (isAboutActivity(query))
    return `There are no ${lower(wantedText(query))}. \`/apim-user list\` shows all accounts.`;
  if (query.state === 'deleted') return 'No deleted account can be restored now.';
  return Object.keys(query).length > 0
    ? 'No account matches. `/apim-user list` shows all accounts; invited people are in `/apim-user invites` until they accept.'
    : 'There are no accounts yet. `/apim-user invite` invites developers.';
}
