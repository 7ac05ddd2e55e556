import { DomainError } from '../../domain/domain-error.ts';
import { showHistory } from '../../operations/audit/history.ts';
import { searchHistory } from '../../operations/audit/search.ts';
import { slackId } from '../../operations/frame/actor.ts';
import { accountCommand } from '../frame/account-command.ts';
import type { Feature, SlackRequest } from '../frame/feature.ts';
import { readCarried } from '../frame/reference.ts';
import { nameOf } from '../present/account.ts';
import { actions, button, header, type Message, section } from '../present/blocks.ts';
import { historyLine } from '../present/history.ts';
import { escapeText, joinLines } from '../present/text.ts';
import { optionIn } from '../receive/typed-words.ts';

type Search = Parameters<typeof searchHistory>[1];

const { command, submissions = {} } = accountCommand({
  name: 'history',
  aliases: ['log', 'logs', 'audit', 'changes'],
  usage: 'history <account> | by:@ann from:2026-11-01 to:2026-11-30 | refused',
  summary: 'Shows how a person came in and every change since; or what a person did, or what was refused.',
  example: '/apim-user history ann@example.com',
  operation: showHistory,
  chooser: { title: 'History of which one?', submit: 'Show' },
  next: { run: (request, account) => accountPage(request, account.id) },
});

export const historyFeature: Feature = {
  command: {
    ...command,
    async run(request, words) {
      const search = searchIn(request, words);
      return search ? request.reply(await searchPage(request, search)) : command.run(request, words);
    },
  },
  submissions,
  buttons: {
    'history-of': async (request, accountId) => request.reply(await accountPage(request, accountId)),
    'history-next': async (request, value) => {
      const { accountId, after } = readCarried<{ accountId: string; after: string }>(value);
      await request.reply(await accountPage(request, accountId, after), { replace: true });
    },
    'history-older': async (request, value) =>
      request.reply(await searchPage(request, readCarried(value)), { replace: true }),
  },
};

async function accountPage(request: SlackRequest, accountId: string, after?: string): Promise<Message> {
  const { account, entries, next } = await showHistory(request.context, {
    accountId,
    ...(after ? { after } : {}),
  });
  const lines = entries.map((entry) => historyLine(entry, { isExposed: false }));
  return {
    text: `History of ${escapeText(nameOf(account))}`,
    blocks: [
      header(`History of ${nameOf(account)}`),
      ...joinLines(lines.length ? lines.map((line) => `• ${line}`) : ['Nothing more.']).map(section),
      ...(next
        ? [actions([button('history-next', 'Go on', JSON.stringify({ accountId, after: next }))])]
        : []),
    ],
  };
}

async function searchPage(request: SlackRequest, search: Search): Promise<Message> {
  const { entries, next } = await searchHistory(request.context, search);
  const lines = entries.map((entry) => `• ${historyLine(entry, { isExposed: false, withTarget: true })}`);
  if (lines.length === 0) return { text: 'Nothing like that is in the audit.' };
  const older = JSON.stringify({ ...search, before: next });
  return {
    text: 'Audit',
    blocks: [
      ...joinLines(lines).map(section),
      ...(next ? [actions([button('history-older', 'Older', older)])] : []),
    ],
  };
}

/** The words in any order, such as `by:@ann from:2026-11-01 refused`. Null when they name an account. */
function searchIn(request: SlackRequest, words: string[]): Search | null {
  const by = optionIn(words, 'by');
  const isSearch = words.some((word) => /^(by|from|to):/.test(word) || word === 'refused');
  if (!isSearch) return null;
  const person = by === undefined ? undefined : /^<@([UW][A-Z0-9]+)(\|[^>]*)?>$/.exec(by)?.[1];
  if (by !== undefined && !person) {
    throw new DomainError('invalid_input', {
      fields: { by: 'is a person of this workspace, as in by:@ann' },
    });
  }
  const from = dayOf('from', optionIn(words, 'from'));
  const to = dayOf('to', optionIn(words, 'to'));
  return {
    onlyRefused: words.includes('refused'),
    ...(person ? { actorId: slackId(request.actor.teamId, person) } : {}),
    ...(from ? { from } : {}),
    // The last day is part of the search.
    ...(to ? { to: new Date(to.getTime() + 86_400_000) } : {}),
  };
}

function dayOf(field: string, text: string | undefined): Date | null {
  if (text === undefined) return null;
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  if (!day || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text)
    throw new DomainError('invalid_input', { fields: { [field]: 'is a day such as 2026-11-01 (UTC)' } });
  return day;
}
