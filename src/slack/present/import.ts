// Draws an import: the dry run. `batch.ts` has the progress and the result.
import type { PlannedRow } from '../../operations/imports/rows.ts';
import { listBlocks, MAX_NAME_LENGTH, number, plainLine, rowCountText, title } from './batch.ts';
import { actions, button, context, type Message, plainSection, section } from './blocks.ts';
import { cut, escapeText, formatDate } from './text.ts';

/**
 * `saved` is the batch that Apply starts; null when the table has nothing new. `notes`: what was left out of the table, in
 * sentences.
 */
export function dryRunMessage(
  name: string,
  rows: PlannedRow[],
  { saved, notes }: { saved: { batchId: string; expiresAt: Date } | null; notes: string[] },
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
      button('import-apply', 'Apply', saved.batchId, {
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

const STATUS_TEXTS: Record<PlannedRow['status'], string> = {
  new: 'new',
  existing: 'with an account already',
  blocked: 'blocked',
  invited: 'already invited',
  faulty: 'with an error',
};

const SKIPPED_TEXTS = {
  blocked: 'is blocked; left as it is',
  existing: 'already has an account; left as it is',
  invited: 'is already invited; left as it is',
} as const;
