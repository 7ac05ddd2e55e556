// Draws an import: the dry run, the progress and the result.
import type { KnownBlock } from '@slack/types';
import { DomainError, type DomainErrorCode } from '../../domain/domain-error.ts';
import { isFailure, type PlannedRow, type RowResult } from '../../operations/imports/rows.ts';
import type { ImportReport } from '../../operations/imports/run-slice.ts';
import { actions, button, context, type Message, plainSection, section } from './blocks.ts';
import { errorText } from './error.ts';
import { cut, escapeText, formatDate, joinLines } from './text.ts';

/** The file with the results has all lines. */
const MAX_LISTED = 20;
const MAX_LINE_LENGTH = 300;
const MAX_NAME_LENGTH = 80;

/**
 * `saved` is the import that Apply starts; null when the table has nothing new. `notes`: what was left out of the table, in
 * sentences.
 */
export function dryRunMessage(
  name: string,
  rows: PlannedRow[],
  { saved, notes }: { saved: { importId: string; expiresAt: Date } | null; notes: string[] },
): Message {
  const rowsWith = (status: PlannedRow['status']) => rows.filter((row) => row.status === status);
  const fresh = rows.flatMap((row) => (row.status === 'new' ? row.wanted : []));
  const invites = fresh.filter((row) => row.mode === 'invite').length;
  const counts = (Object.keys(STATUS_TEXTS) as PlannedRow['status'][])
    .map((status) => ({ status, count: rowsWith(status).length }))
    .filter(({ status, count }) => count > 0 || status === 'new');
  const split =
    fresh.length > 0 ? ` (${number(invites)} to invite, ${number(fresh.length - invites)} to add)` : '';
  const countLines = counts.map(
    ({ status, count }) => `• ${number(count)} ${STATUS_TEXTS[status]}${status === 'new' ? split : ''}`,
  );
  const faults = rows.flatMap((row) =>
    row.status === 'faulty' ? plainLine(row.line, row.email, row.fault) : [],
  );
  const skipped = (Object.keys(SKIPPED_TEXTS) as (keyof typeof SKIPPED_TEXTS)[]).flatMap((status) =>
    rowsWith(status).map((row) => plainLine(row.line, row.email, SKIPPED_TEXTS[status])),
  );
  const apply = saved && [
    actions([
      button('import-apply', 'Apply', saved.importId, {
        style: 'primary',
        ask: {
          text: `This adds or invites ${fresh.length === 1 ? '1 person' : `${number(fresh.length)} people`}, each with a mail. Mails go out one per second.`,
          yes: 'Apply',
        },
      }),
    ]),
    context(
      `*Apply* does exactly what you see here, and works until ${formatDate(saved.expiresAt)}. It skips people who have an account by then.`,
    ),
  ];
  return {
    text: `Dry run of ${escapeText(cut(name, MAX_NAME_LENGTH))}: ${counts.map(({ status, count }) => `${number(count)} ${STATUS_TEXTS[status]}`).join(', ')}`,
    blocks: [
      section(`Dry run of ${title(name)}, ${rowCountText(rows.length)}: nothing has changed yet.`),
      section(countLines.join('\n')),
      ...notes.map(plainSection),
      ...listBlocks(faults),
      ...listBlocks(skipped),
      ...(apply ?? [context('There is nothing to apply.')]),
    ],
  };
}

export function importMessage(report: ImportReport, isFileSent: boolean): Message {
  const { name, position, total, state, results } = report;
  if (state === 'applying') {
    const text = `${title(name)} is being applied: ${number(position)} of ${rowCountText(total)} done.`;
    return {
      text,
      blocks: [section(text), context('This continues automatically. Mails go out one per second.')],
    };
  }
  const counts = new Map<string, number>();
  for (const { outcome } of results) {
    const kind = outcome.split(':')[0] ?? '';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const head =
    state === 'done'
      ? `Applied ${title(name)}:`
      : `${title(name)} stopped after ${number(position)} of ${rowCountText(total)}: ${whyStopped(report)} The finished rows stay. To do the rest, send the same table again.`;
  const text = `${head} ${[...counts].map(([kind, count]) => `${number(count)} ${COUNTED[kind] ?? kind}`).join(', ')}.`;
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
    ],
  };
}

const STATUS_TEXTS: Record<PlannedRow['status'], string> = {
  new: 'new',
  existing: 'with an account already',
  blocked: 'blocked',
  invited: 'already invited',
  faulty: 'with an error',
};

/** Outcomes that don't follow a count as they are. */
const COUNTED: Record<string, string> = { faulty: STATUS_TEXTS.faulty, existing: STATUS_TEXTS.existing };

const SKIPPED_TEXTS = {
  blocked: 'is blocked; left as it is',
  existing: 'already has an account; left as it is',
  invited: 'is already invited; left as it is',
} as const;

function listBlocks(lines: string[]): KnownBlock[] {
  const more = lines.length - MAX_LISTED;
  const shown = [...lines.slice(0, MAX_LISTED), ...(more > 0 ? [`… and ${number(more)} more`] : [])];
  return joinLines(shown).map(plainSection);
}

const number = (count: number): string => count.toLocaleString('en-US');

const rowCountText = (count: number): string => (count === 1 ? '1 row' : `${number(count)} rows`);

const title = (name: string): string => `*${escapeText(cut(name, MAX_NAME_LENGTH))}*`;

/** Cells of the table can have line breaks. */
const plainLine = (line: number, email: string, words: string): string =>
  cut(`line ${line}: ${email} – ${words}`.replace(/[\p{Cc}\u2028\u2029]+/gu, ' '), MAX_LINE_LENGTH);

const whyStopped = ({ stoppedBy }: ImportReport): string =>
  stoppedBy === 'late'
    ? "it couldn't continue for a day."
    : 'the person who applied it no longer has permission.';

function outcomeText({ outcome }: RowResult): string {
  const code = /^refused: (\w+)$/.exec(outcome)?.[1];
  return code
    ? `refused. ${errorText(new DomainError(code as DomainErrorCode))}`
    : outcome.replace(/^faulty: /, '');
}
