import { DomainError } from '../../domain/domain-error.ts';
import { knownTimeZone, readTime } from '../../domain/time-words.ts';
import { showHistory } from '../../operations/audit/history.ts';
import { searchHistory } from '../../operations/audit/search.ts';
import { slackId } from '../../operations/frame/actor.ts';
import { accountCommand } from '../frame/account-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { definePages } from '../frame/pages.ts';
import { nameOf, restoreButton } from '../present/account.ts';
import { historyRow } from '../present/history.ts';
import { escapeText } from '../present/text.ts';
import { optionIn } from '../receive/typed-words.ts';

const DAY_MS = 86_400_000;

type Search = Pick<Parameters<typeof searchHistory>[1], 'actorId' | 'onlyRefused' | 'from' | 'to'>;

const accountPages = definePages<{ accountId: string }>('history', async (request, query, page) => {
  const { account, entries, next, count } = await showHistory(request.context, { ...query, ...page });
  const role = await request.role();
  const isDeletionShown = entries.some(({ restorable }) => restorable !== null);
  return {
    title: `History of ${escapeText(nameOf(account))}`,
    rows: entries.map((entry) => [historyRow(entry, { role, isExposed: false })]),
    next,
    count,
    none: 'There are no changes yet.',
    // The newest row is on the last page.
    buttons:
      account.restorableUntil && role === 'admin' && !isDeletionShown
        ? [restoreButton(account, nameOf(account), 'history')]
        : [],
  };
});

const searchPages = definePages<Search>('audit', async (request, search, page) => {
  const { entries, next, count } = await searchHistory(request.context, { ...search, ...page });
  const role = await request.role();
  return {
    title: search.onlyRefused ? 'Refused changes' : 'Changes',
    rows: entries.map((entry) => [historyRow(entry, { role, isExposed: false, withTarget: true })]),
    next,
    count,
    none: 'No change matches.',
  };
});

const { command, submissions = {} } = accountCommand({
  name: 'history',
  aliases: ['log', 'logs', 'audit', 'changes'],
  usage: 'history <account> | by:@ann from:2026-11-01 to:2026-11-30 | refused',
  summary: 'Lists every change to an account; or what one person did, or what was refused.',
  example: '/apim-user history ann@example.com',
  operation: showHistory,
  chooser: { title: 'Whose history?', submit: 'Show' },
  next: { run: (request, account) => accountPages.first(request, { accountId: account.id }) },
});

export const historyFeature: Feature = {
  command: {
    ...command,
    async run(request, words, text) {
      const search = await searchHistory.attempt(request.context, {}, () => searchIn(request, words));
      return search
        ? request.reply(await searchPages.first(request, search))
        : command.run(request, words, text);
    },
  },
  submissions,
  buttons: {
    'history-of': async (request, accountId) =>
      request.reply(await accountPages.first(request, { accountId })),
    ...accountPages.buttons,
    ...searchPages.buttons,
  },
};

/** The words in any order, such as `by:@ann from:2026-11-01 refused`. Null when they name an account. */
function searchIn(request: SlackRequest, words: string[]): Search | null {
  const by = optionIn(words, 'by');
  const isSearch = words.some((word) => /^(by|from|to):/.test(word) || word === 'refused');
  if (!isSearch) return null;
  const person = by === undefined ? undefined : /^<@([UW][A-Z0-9]+)(\|[^>]*)?>$/.exec(by)?.[1];
  if (by !== undefined && !person) {
    throw new DomainError('invalid_input', {
      fields: { by: 'name a person of this workspace, as in by:@ann' },
    });
  }
  const from = momentOf(request, 'from', optionIn(words, 'from'));
  const to = momentOf(request, 'to', optionIn(words, 'to'));
  return {
    onlyRefused: words.includes('refused'),
    ...(person ? { actorId: slackId(request.actor.teamId, person) } : {}),
    ...(from ? { from: from.at } : {}),
    // The last day is part of the search.
    ...(to ? { to: new Date(to.at.getTime() + (to.isDay ? DAY_MS : 0)) } : {}),
  };
}

/** `2026-11-01`, `yesterday`, `monday`, `7d` (ago), `2026-11-01T18:00`. */
function momentOf({ context, actor }: SlackRequest, field: string, text: string | undefined) {
  if (text === undefined) return null;
  const timeZone = knownTimeZone(actor.timeZone);
  const { at, isSpan } = readTime(text, field, { now: context.clock(), timeZone, direction: 'past' });
  return { at, isDay: !isSpan && !text.includes(':') };
}
