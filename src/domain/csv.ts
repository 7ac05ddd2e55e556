// Comma-separated values: reads what spreadsheets save and people paste, writes what spreadsheets open.
import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

/** A row with the line on which it begins, counted from 1. */
export type CsvRow = { line: number; cells: string[] };

/**
 * Reads the rows of a text (RFC 4180). Accepts a BOM and any line ends, and skips empty lines. The separator is the first
 * tab, comma or semicolon outside quotes in the first line: where the comma is decimal, spreadsheets save semicolons.
 * Returns null when a quote is never closed.
 */
export function readCsv(text: string): CsvRow[] | null {
  const source = text.replace(/^\ufeff/, '');
  const [, delimiter = ','] = /^(?:"[^"]*"|[^"\r\n\t,;])*([\t,;])/.exec(source) ?? [];
  const bytes = new TextEncoder().encode(source);
  try {
    const records = parse(bytes, {
      delimiter,
      info: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    });
    // The library's types leave out what `info` adds.
    return addLines(records as unknown as ReadRecord[], bytes);
  } catch (error) {
    if (error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED') return null;
    throw error;
  }
}

type ReadRecord = { record: string[]; info: { bytes: number } };

/** The library counts a CRLF inside a cell as two lines, so we count the lines ourselves, by where each record ends. */
function addLines(records: ReadRecord[], bytes: Uint8Array): CsvRow[] {
  const decoder = new TextDecoder();
  let [begin, line] = [0, 1];
  return records.map(({ record, info }) => {
    const raw = decoder.decode(bytes.subarray(begin, info.bytes));
    const row = { line: line + countLineEnds(/^[\r\n]*/.exec(raw)?.[0] ?? ''), cells: record };
    begin = info.bytes;
    line += countLineEnds(raw);
    return row;
  });
}

function countLineEnds(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

/** The library escapes a formula only at the start of a cell. Spreadsheets also run one behind blanks or a line feed. */
const FORMULA_AFTER_BLANKS = /^\s+[=+\-@\uff1d\uff0b\uff0d\uff20]|^\n/;

/**
 * Writes one row: every cell in quotes, CRLF at the end, an apostrophe before a text that a spreadsheet would run as a
 * formula. Source: RFC 4180; OWASP, CSV Injection.
 */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return stringify([[...cells]], {
    cast: { string: (text) => text.replaceAll('\0', '').replace(FORMULA_AFTER_BLANKS, "'$&") },
    escape_formulas: true,
    quoted: true,
    quoted_empty: true,
    record_delimiter: '\r\n',
  });
}
