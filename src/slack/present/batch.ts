// Draws a batch: its progress and its result. Each kind has its own words.
import type { KnownBlock } from '@slack/types';
import { DomainError, type DomainErrorCode } from '../../domain/domain-error.ts';
import type { ApprovalView } from '../../operations/approvals/approval-view.ts';
import { isFailure, type RowResult } from '../../operations/batches/kind.ts';
import type { BatchReport } from '../../operations/batches/run-slice.ts';
import { actionEffect, actionTitle } from './account-actions.ts';
import { actions, button, context, type Message, plainSection, section } from './blocks.ts';
import { errorText } from './error.ts';
import { cut, escapeText, joinLines } from './text.ts';

/** The file with the results has all lines. */
const MAX_LISTED = 20;
const MAX_LINE_LENGTH = 300;
export const MAX_NAME_LENGTH = 80;

/** What is left of a batch for those who read about it later. */
type BatchShown = NonNullable<ApprovalView['batch']>;

type KindWords = {
  /** What people know this batch by, in plain text: a table's name. */
  name(report: BatchReport): string;
  /** What it asks a second operator, and what follows. */
  request(batch: BatchShown): { title: string; effect: string };
  /** `%` is the name. */
  goesOn: string;
  isDone: string;
  /** Below the progress. */
  note: string;
  /** After a stop. */
  toDoTheRest: string;
  /** Outcomes that don't follow a count as they are. */
  counted: Record<string, string>;
};

const ACCOUNT_WORDS: KindWords = {
  name: ({ about, action, toDo }) =>
    actionTitle(action, toDo, (about.groupNames as string[] | undefined) ?? []),
  request: ({ action, toDo }) => ({ title: `${actionTitle(action, toDo)}?`, effect: actionEffect(action) }),
  goesOn: '% is running',
  isDone: '% is done:',
  note: 'Mails go out one per second.',
  toDoTheRest: 'To do the rest, select the accounts again.',
  counted: {},
};

const WORDS: Record<BatchReport['kind'], KindWords> = {
  accounts: ACCOUNT_WORDS,
  import: {
    name: ({ about }) => String(about.name),
    request: ({ toDo }) => ({
      title: `Import ${rowCountText(toDo)}?`,
      effect: 'Each person is added or invited, with a mail.',
    }),
    goesOn: '% is being applied',
    isDone: 'Applied %:',
    note: 'Mails go out one per second.',
    toDoTheRest: 'To do the rest, send the same table again.',
    counted: { faulty: 'with an error', existing: 'with an account already' },
  },
};

/** In plain text; escape it in mrkdwn. */
export const batchRequest = (batch: BatchShown | null): { title: string; effect: string } =>
  batch
    ? WORDS[batch.kind].request(batch)
    : { title: 'Do something to many accounts?', effect: 'Its preview says what.' };

export const nameOfBatch = (report: BatchReport): string => WORDS[report.kind].name(report);

export function batchMessage(report: BatchReport, isFileSent: boolean): Message {
  const { position, total, state, results } = report;
  const words = WORDS[report.kind];
  const named = (text: string) => text.replace('%', () => title(words.name(report)));
  if (state === 'applying') {
    const text = `${named(words.goesOn)}: ${number(position)} of ${rowCountText(total)} done.`;
    const stop = button('batch-stop', 'Stop', report.id, {
      ask: { text: 'The rows that are done stay done.', yes: 'Stop' },
    });
    return {
      text,
      blocks: [section(text), context(`This continues automatically. ${words.note}`), actions([stop])],
    };
  }
  const counts = new Map<string, number>();
  for (const { outcome } of results) {
    const kind = outcome.split(':')[0] ?? '';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const head =
    state === 'done'
      ? named(words.isDone)
      : `${named('%')} stopped after ${number(position)} of ${rowCountText(total)}: ${whyStopped(report)} The finished rows stay. ${words.toDoTheRest}`;
  const text = `${head} ${[...counts].map(([kind, count]) => `${number(count)} ${words.counted[kind] ?? kind}`).join(', ')}.`;
  const failures = results.filter(({ outcome }) => isFailure(outcome));
  return {
    text,
    blocks: [
      section(text),
      ...listBlocks(failures.map((row) => plainLine(row.line, row.email, outcomeText(row)))),
      context(
        isFileSent
          ? 'The file that I sent here has the result of each row.'
          : "The file with the result of each row couldn't be sent. `/apim-user history by:` with your name shows what was done.",
      ),
      ...undoBlocks(report),
    ],
  };
}

/** As after a single press. Mails that were sent can't be taken back, and what was taken back stays so. */
function undoBlocks({ kind, action, id, results, toDo }: BatchReport): KnownBlock[] {
  const hasUndo = kind === 'accounts' && action !== 'undo' && action !== 'resend';
  if (!hasUndo || results.every(({ outcome }) => isFailure(outcome))) return [];
  const text =
    action === 'delete'
      ? 'The accounts come back, blocked, unless they were changed since.'
      : 'Each account is as it was before, unless it was changed since. Developers who were told are told of this too.';
  return [
    actions([
      button('batch-undo', 'Undo', id, {
        label: `Undo: ${actionTitle(action, toDo)}`,
        ask: { text, yes: 'Undo' },
      }),
    ]),
    context('You can undo this within ten minutes.'),
  ];
}

export function listBlocks(lines: string[]): KnownBlock[] {
  const more = lines.length - MAX_LISTED;
  const shown = [...lines.slice(0, MAX_LISTED), ...(more > 0 ? [`… and ${number(more)} more`] : [])];
  return joinLines(shown).map(plainSection);
}

export const number = (count: number): string => count.toLocaleString('en-US');

export const rowCountText = (count: number): string => (count === 1 ? '1 row' : `${number(count)} rows`);

export const title = (name: string): string => `*${escapeText(cut(name, MAX_NAME_LENGTH))}*`;

/** Cells of a table can have line breaks. */
export const plainLine = (line: number, email: string, words: string): string =>
  cut(`line ${line}: ${email} – ${words}`.replace(/[\p{Cc}\u2028\u2029]+/gu, ' '), MAX_LINE_LENGTH);

function whyStopped({ stoppedBy }: BatchReport): string {
  if (stoppedBy === 'late') return "it couldn't continue for a day.";
  if (stoppedBy === 'not_permitted') return 'the person who applied it no longer has permission.';
  return `${escapeText(stoppedBy?.by ?? 'someone')} stopped it.`;
}

function outcomeText({ outcome }: RowResult): string {
  const code = /^refused: (\w+)$/.exec(outcome)?.[1];
  return code
    ? `refused. ${errorText(new DomainError(code as DomainErrorCode))}`
    : outcome.replace(/^faulty: /, '');
}
