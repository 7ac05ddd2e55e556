// Comma-separated values: reads what spreadsheets save and people paste, writes what spreadsheets open.
import { CsvError, parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

/** A row with the line on which it begins, counted from 1. */
export type CsvRow = { line: number; cells: string[] };

/** What can't be read further: the line, and how to mend it. */
export type CsvFault = { line: number; words: string };

/**
 * Reads the rows of a text (RFC 4180). Accepts any line ends, Excel's first line `sep=;`, and spaces around cells and
 * quotes; skips empty lines. Otherwise the separator is the one of tab, comma and semicolon that the first line has most
 * of, outside quotes: where the comma is decimal, spreadsheets save semicolons.
 */
export function readCsv(text: string): { rows: CsvRow[]; fault: CsvFault | null } {
  const plain = text.replace(/^\ufeff/, '');
  const [separatorLine = '', told] = SEPARATOR_LINE.exec(plain) ?? [];
  const source = plain.slice(separatorLine.length);
  const delimiter = told ?? mostFrequentIn(/^(?:"[^"]*"|[^"\r\n])*/.exec(source)?.[0] ?? '');
  const bytes = new TextEncoder().encode(source);
  const records: ReadRecord[] = [];
  const rowsSoFar = () => addLines(records, bytes, { delimiter, firstLine: separatorLine === '' ? 1 : 2 });
  try {
    parse(bytes, {
      delimiter,
      on_record: (record: string[], info) => void records.push({ record, bytes: info.bytes }),
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { rows, nextLine } = rowsSoFar();
    const isOpen = error.code === 'CSV_QUOTE_NOT_CLOSED';
    const words = isOpen ? 'has a quote that is never closed' : 'has text behind a closing quote';
    return { rows, fault: { line: nextLine, words: `${words}; write a quote inside a cell twice` } };
  }
  return { rows: rowsSoFar().rows, fault: null };
}

/** Excel obeys it, and other programs write it for Excel. */
const SEPARATOR_LINE = /^"?sep=([\t,;|])"?(?:\r\n|\n|\r|$)/i;

/** The earlier one of two that are as frequent. */
function mostFrequentIn(line: string): string {
  const found = line.replace(/"[^"]*"/g, '').match(/[\t,;]/g) ?? [];
  const count = (separator: string) => found.filter((one) => one === separator).length;
  return [...new Set(found)].sort((a, b) => count(b) - count(a))[0] ?? ',';
}

type ReadRecord = { record: string[]; bytes: number };

/** The library counts a CRLF inside a cell as two lines, so we count the lines ourselves, by where each record ends. */
function addLines(
  records: ReadRecord[],
  bytes: Uint8Array,
  { delimiter, firstLine }: { delimiter: string; firstLine: number },
): { rows: CsvRow[]; nextLine: number } {
  const decoder = new TextDecoder();
  const emptyLines = delimiter === '\t' ? /^(?: *[\r\n])*/ : /^(?:[ \t]*[\r\n])*/;
  let [begin, line] = [0, firstLine];
  const linesBefore = (raw: string) => countLineEnds(emptyLines.exec(raw)?.[0] ?? '');
  const rows = records.map(({ record, bytes: end }) => {
    const raw = decoder.decode(bytes.subarray(begin, end));
    const row = { line: line + linesBefore(raw), cells: record };
    begin = end;
    line += countLineEnds(raw);
    return row;
  });
  return { rows, nextLine: line + linesBefore(decoder.decode(bytes.subarray(begin))) };
}

/**
 * The text of a file that a spreadsheet program wrote: UTF-8, UTF-16 by its byte order mark, else Windows-1252. Null when
 * it is no text. `isGuessed` for Windows-1252, because nothing in the file says so.
 */
export function decodeText(bytes: Uint8Array): { text: string; isGuessed: boolean } | null {
  const [first, second] = bytes;
  const wide =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : null;
  const text = decodeAs(wide ?? 'utf-8', bytes) ?? (wide ? null : decodeAs('windows-1252', bytes));
  const isGuessed = !wide && decodeAs('utf-8', bytes) === null;
  return text === null || NO_TEXT.test(text) ? null : { text, isGuessed };
}

/** Controls; in Windows-1252 the five bytes without a character become some too. */
const NO_TEXT = /(?![\t\n\v\f\r\u0085])\p{Cc}/u;

function decodeAs(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function countLineEnds(text: string): number {
  return text.match(/\r\n|\n|\r/g)?.length ?? 0;
}

/** The library escapes a formula only at the start of a cell. Spreadsheets also run one behind blanks or a line feed. */
const FORMULA_AFTER_BLANKS = /^\s+[=+\-@\uff1d\uff0b\uff0d\uff20]|^\n/;

/**
 * Writes rows: every cell in quotes, CRLF at the end, an apostrophe before a text that a spreadsheet would run as a
 * formula. Source: RFC 4180; OWASP, CSV Injection.
 */
export function csvLines(rows: readonly (readonly (string | number | null)[])[]): string {
  return stringify(
    rows.map((cells) => [...cells]),
    {
      cast: { string: (text) => text.replaceAll('\0', '').replace(FORMULA_AFTER_BLANKS, "'$&") },
      escape_formulas: true,
      quoted: true,
      quoted_empty: true,
      record_delimiter: '\r\n',
    },
  );
}

export const csvLine = (cells: readonly (string | number | null)[]): string => csvLines([cells]);
