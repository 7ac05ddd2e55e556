// The text of an export, in parts, so that a million rows never sit in memory.
import { csvLines } from '../../domain/csv.ts';
import type { Context } from '../frame/context.ts';
import { type Cell, EXPORTS, type ExportKindName, type Wanted } from './kinds.ts';

export const EXPORT_FORMATS = ['csv', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
export type Export = { kind: ExportKindName; format: ExportFormat; wanted: Wanted };

/** Spreadsheets take a file without it for one in an old encoding. */
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Reads the rows with the rights of the context, and gives each part with how many rows it has. The JSON is one array, an object
 * a line. Errors: those of the list.
 */
export async function* exportedText(
  context: Context,
  { kind, format, wanted }: Export,
): AsyncGenerator<{ text: string; rows: number }> {
  const { columns, page } = EXPORTS[kind];
  yield { text: format === 'csv' ? `${BYTE_ORDER_MARK}${csvLines([columns])}` : '[', rows: 0 };
  let written = 0;
  let after: unknown = null;
  do {
    const { rows, next } = await page(context, wanted, after);
    const asJson = (row: Cell[], index: number) =>
      `${written + index === 0 ? '' : ','}\n${JSON.stringify(Object.fromEntries(columns.map((name, at) => [name, row[at]])))}`;
    yield {
      text: format === 'csv' ? csvLines(rows.map((row) => row.map(inTable))) : rows.map(asJson).join(''),
      rows: rows.length,
    };
    written += rows.length;
    after = next;
  } while (after !== null && after !== undefined);
  if (format === 'json') yield { text: '\n]\n', rows: 0 };
}

function inTable(cell: Cell): string | number | null {
  if (cell instanceof Date) return cell.toISOString();
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  return cell === null || typeof cell === 'string' || typeof cell === 'number' ? cell : cell.join('; ');
}
