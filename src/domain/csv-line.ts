// Rows for spreadsheets, which run what looks like a formula.

/**
 * What a spreadsheet takes for the beginning of a formula, also behind blanks, and in full width.
 * Source: OWASP, CSV Injection.
 */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

/** RFC 4180: every cell in quotes, quotes doubled, CRLF at the end; before what could be a formula, an apostrophe. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: string | number | null): string {
  // A number of ours is no formula, also below zero.
  if (typeof cell === 'number') return `"${cell}"`;
  const text = (cell ?? '').replaceAll('\0', '');
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
