// Reads comma-, semicolon- or tab-separated values: RFC 4180, with what spreadsheets and pasting make of it.
const BOM = '\ufeff';

/** A row with the line on which it begins, counted from 1. */
export type CsvRow = { line: number; cells: string[] };

/**
 * Rows of a text. Cells in quotes may hold separators, line ends and doubled quotes. A BOM, CRLF, LF and CR are taken;
 * empty lines are left out. What separates is the first tab, comma or semicolon in the first line, outside quotes: where a
 * comma is decimal, spreadsheets save semicolons. Null when a quote is never closed.
 */
export function readCsv(text: string): CsvRow[] | null {
  const source = text.startsWith(BOM) ? text.slice(1) : text;
  const separator = /^(?:"[^"]*"|[^"\r\n\t,;])*([\t,;])/.exec(source)?.[1] ?? ',';
  const rows: CsvRow[] = [];
  let [line, begins, cell, isQuoted, wasQuoted] = [1, 1, '', false, false];
  let cells: string[] = [];
  const endCell = () => {
    cells.push(cell);
    cell = '';
    wasQuoted = false;
  };
  const endRow = () => {
    const isEmpty = cells.length === 0 && cell === '' && !wasQuoted;
    endCell();
    if (!isEmpty) rows.push({ line: begins, cells });
    cells = [];
    begins = line;
  };
  for (let at = 0; at < source.length; at++) {
    const sign = source[at] as string;
    const isLineEnd = sign === '\n' || (sign === '\r' && source[at + 1] !== '\n');
    if (isLineEnd) line += 1;
    if (isQuoted && sign === '"' && source[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (isQuoted && sign === '"') isQuoted = false;
    else if (isQuoted) cell += sign;
    else if (sign === '"' && cell === '' && !wasQuoted) [isQuoted, wasQuoted] = [true, true];
    else if (sign === separator) endCell();
    else if (isLineEnd) endRow();
    else if (sign !== '\r') cell += sign;
  }
  if (isQuoted) return null;
  endRow();
  return rows;
}
