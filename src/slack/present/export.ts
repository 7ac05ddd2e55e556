// An export in words: what it has, and what to keep in mind about its file.
import type { ExportKindName, Wanted } from '../../operations/exports/kinds.ts';
import { EXPORTS } from '../../operations/exports/kinds.ts';
import type { ExportFormat } from '../../operations/exports/text.ts';
import { wantedText } from './account-list.ts';
import { escapeText, formatDate } from './text.ts';

type Shown = { kind: ExportKindName; format: ExportFormat; wanted: Wanted };

/** "Blocked accounts without a call since 2026-08-01", in mrkdwn. */
function exportTitle({ kind, wanted }: Omit<Shown, 'format'>): string {
  if (kind === 'accounts') return wantedText(wanted);
  if (kind === 'invitations') return wanted.all ? 'All invitations' : 'Open invitations';
  if (kind === 'usage') return 'Calls by subscription and day';
  return wanted.isLimited ? 'Subscriptions at their limits' : 'Subscriptions';
}

/** The columns that data protection is about. */
const personalText = (kind: ExportKindName): string =>
  `Personal data: ${EXPORTS[kind].personal.map((name) => `\`${name}\``).join(', ')}.`;

export const exportingText = (shown: Shown, rows: number): string =>
  `*${exportTitle(shown)}*: ${rowsText(rows)} as ${shown.format.toUpperCase()}. The file comes in our direct message, and I delete it there after a day. ${personalText(shown.kind)}`;

/** Beside the file. */
export const exportedText = (shown: Shown, rows: number, endsAt: Date): string =>
  `*${exportTitle(shown)}* · ${rowsText(rows)}\n${personalText(shown.kind)} I delete this file ${formatDate(endsAt)}; a copy that you make stays yours to protect.`;

export const notExportedText = (shown: Shown, why: string): string =>
  `The export couldn't be sent: ${exportTitle(shown)}. ${escapeText(why)}`;

const rowsText = (rows: number): string => (rows === 1 ? '1 row' : `${rows.toLocaleString('en')} rows`);
