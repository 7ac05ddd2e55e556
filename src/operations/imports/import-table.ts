// Adds or invites the developers of a table: a dry run, then one operation a row.
import { type CsvRow, readCsv } from '../../domain/csv.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { canonicalEmail } from '../../domain/email-address.ts';
import { readEmailList } from '../../domain/email-list.ts';
import { fullName, onlyNameFirst, splitName } from '../../domain/person-name.ts';
import { checkImport, MAX_IMPORT_ROWS } from '../accounts/check-import.ts';
import type { RowResult } from '../batches/kind.ts';
import { createRowRunner, ROWS_AT_ONCE } from '../batches/run-rows.ts';
import { needsSecondOperator } from '../frame/approval.ts';
import type { Context } from '../frame/context.ts';
import { fieldsOf } from '../frame/operation.ts';
import { COLUMNS, type Column, type Head, readHead } from './columns.ts';
import {
  importedRow,
  MAX_FAULT_LENGTH,
  MAX_SHOWN_LENGTH,
  MODES,
  type PlannedRow,
  wantedRow,
} from './rows.ts';

/** Each would be a card and a message to every operator. The invite command in Slack has the same limit. */
const MAX_WAITING_ROWS = 50;
const MAX_CELL_SHOWN = 100;
const MAX_HEADINGS_SHOWN = 10;
/** Titles and dates that people write above a table. */
const MAX_LINES_ABOVE = 5;

export type ImportPlan = {
  rows: PlannedRow[];
  /** What was left out, in sentences. */
  notes: string[];
  lastMailDue: Date | null;
};

/**
 * Says for each row what an import would do; changes nothing. A row without a mode invites.
 * Errors: `invalid_input` for `table` when it can't be read as one; `limit_reached` above 10,000 rows, and above 50
 * invitations while each needs a second operator; `not_permitted`.
 */
export async function planImport(context: Context, text: string): Promise<ImportPlan> {
  const { rows: read, notes } = readTable(text);
  const addresses = read.flatMap((row) => (row.email ? canonicalEmail(row.email) : null) ?? []);
  const { known, groups, lastMailDue } = await checkImport(context, { addresses });
  const lines = new Map<string, number>();
  const rows = read.map((row) => {
    const planned = planRow(row, { known, groups, lines });
    return planned.status === 'faulty'
      ? { ...planned, fault: planned.fault.slice(0, MAX_FAULT_LENGTH) }
      : planned;
  });
  demandFewApprovals(context, rows);
  return { rows, notes, lastMailDue };
}

type Known = Pick<Awaited<ReturnType<typeof checkImport>>, 'known' | 'groups'>;

/** `lines` has the emails of the rows before, and gets this one's. */
function planRow(row: ReadRow, { known, groups, lines }: Known & { lines: Map<string, number> }): PlannedRow {
  const { line, values, head, email } = row;
  const at = { line, email: (email ?? values.email).slice(0, MAX_SHOWN_LENGTH) };
  const faulty = (column: Column, words: string): PlannedRow => ({
    ...at,
    status: 'faulty',
    fault: `${head.places.get(column)?.heading ?? column}: ${words}`,
  });
  if (row.tooMany) return { ...at, status: 'faulty', fault: row.tooMany };
  if (email === null) return faulty('email', row.emailFault);
  const canonical = canonicalEmail(email) ?? '';
  const before = lines.get(canonical);
  if (before) return faulty('email', `the same as in line ${before}; remove one of them`);
  lines.set(canonical, line);
  const mode = MODES.find((one) => one === (values.mode.toLowerCase() || 'invite'));
  if (!mode) return faulty('mode', `write add or invite, not “${shown(values.mode)}”`);
  const names = groupNames(values.groups, groups);
  const missing = names.find((name) => !Object.hasOwn(groups, name.toLowerCase()));
  if (missing !== undefined)
    return faulty('groups', `there is no group “${shown(missing)}”; create it first, or correct the name`);
  if (mode === 'invite' && values.note !== '')
    return faulty('note', 'an invitation has no note; leave it empty, or write add as the mode');
  const groupIds = names.map((name) => groups[name.toLowerCase()] ?? '');
  const parsed = wantedRow.safeParse({ mode, email, groupIds, note: values.note, ...row.names });
  if (!parsed.success) {
    const [field = 'email', words = ''] = Object.entries(fieldsOf(parsed.error))[0] ?? [];
    return faulty(field === 'groupIds' ? 'groups' : (field as Column), words);
  }
  if (mode === 'add' && parsed.data.first === '')
    return faulty('first', 'someone who is added needs a first name or a last name');
  const status = Object.hasOwn(known, canonical) ? known[canonical] : undefined;
  return status ? { ...at, status } : { ...at, status: 'new', wanted: parsed.data };
}

const shown = (cell: string): string => cell.slice(0, MAX_CELL_SHOWN);

/** The cell as one name when there is such a group, else split at semicolons, commas and line ends. */
const groupNames = (cell: string, groups: Known['groups']): string[] =>
  Object.hasOwn(groups, cell.toLowerCase())
    ? [cell]
    : cell.split(/[;,|\n]/).flatMap((name) => name.trim() || []);

function demandFewApprovals(context: Context, rows: PlannedRow[]): void {
  if (!needsSecondOperator(context, 'invitations/invite')) return;
  const waiting = rows.filter((row) => row.status === 'new' && row.wanted.mode === 'invite').length;
  if (waiting > MAX_WAITING_ROWS)
    throw new DomainError('limit_reached', {
      limit: `${MAX_WAITING_ROWS} invitations at once, since each waits for a second operator`,
    });
}

type ReadRow = {
  line: number;
  head: Head;
  values: Record<Column, string>;
  names: { first: string; last: string };
  /** Null when the cell has none, or several; then `emailFault` says what is wrong. */
  email: string | null;
  emailFault: string;
  /** Why the cells can't be told apart; empty when they can. */
  tooMany: string;
};

const invalidTable = (words: string) => new DomainError('invalid_input', { fields: { table: words } });

/** Whether a text is meant as a table: a line names the columns, one of them the email, and others follow. */
export function isTable(text: string): boolean {
  const written = writtenIn(readCsv(text).rows);
  const first = headIn(written);
  return first >= 0 && first < written.length - 1;
}

const writtenIn = (rows: CsvRow[]): CsvRow[] => rows.filter(({ cells }) => cells.some((cell) => cell !== ''));

/** The row that names the columns; -1 when there is none. No heading is an email. */
const headIn = (written: CsvRow[]): number =>
  written
    .slice(0, MAX_LINES_ABOVE)
    .findIndex((row) => readHead(row).places.has('email') && !row.cells.some((cell) => cell.includes('@')));

function readTable(text: string): { rows: ReadRow[]; notes: string[] } {
  const { rows: all, fault } = readCsv(text);
  if (fault) throw invalidTable(`line ${fault.line} can't be read: it ${fault.words}`);
  const written = writtenIn(all);
  if (written.length === 0) throw invalidTable('it is empty');
  const first = headIn(written);
  const headRow = written[first];
  if (!headRow)
    throw invalidTable(
      `there is no column for the email: name the columns in the first line, such as email, first name, last name, groups, note, mode. Now the first line begins with “${shown(written[0]?.cells[0] ?? '')}”`,
    );
  const head = readHead(headRow);
  if (head.twice)
    throw invalidTable(
      `the columns “${head.twice.map(shown).join('” and “')}” mean the same: delete or rename one of them`,
    );
  const rows = written.slice(first + 1);
  if (rows.length > MAX_IMPORT_ROWS)
    throw new DomainError('limit_reached', { limit: `${MAX_IMPORT_ROWS} rows` });
  return { rows: rows.map((row) => readRow(row, head)), notes: notesOn(head, headRow.line, first) };
}

function notesOn({ ignored }: Head, headLine: number, linesAbove: number): string[] {
  const headings = ignored.slice(0, MAX_HEADINGS_SHOWN).map((heading) => `“${shown(heading)}”`);
  const more = ignored.length - headings.length;
  return [
    ...(linesAbove > 0 ? [`Line ${headLine} names the columns; the lines above it are ignored.`] : []),
    ...(ignored.length > 0
      ? [
          `Ignored ${ignored.length === 1 ? 'column' : 'columns'}: ${headings.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
        ]
      : []),
  ];
}

function readRow({ line, cells }: CsvRow, head: Head): ReadRow {
  const cell = (column: Column) => cells[head.places.get(column)?.at ?? -1] ?? '';
  const values = Object.fromEntries(COLUMNS.map((column) => [column, cell(column)])) as ReadRow['values'];
  // A separator that should be in quotes would shift values into wrong places.
  const count = cells.findLastIndex((one) => one !== '') + 1;
  const tooMany =
    count > head.width
      ? `it has ${count} cells, but the first line names ${head.width} columns; put quotes around a cell that has a separator in it`
      : '';
  const { emails, faults } = readEmailList(values.email);
  const [only] = emails;
  const emailFault = faults[0]
    ? `${faults[0].text === values.email ? '' : `“${shown(faults[0].text)}”: `}${faults[0].reason}`
    : only
      ? `these are ${emails.length} emails; write each on a line of its own`
      : 'it is empty';
  const isOne = only && emails.length === 1 && faults.length === 0;
  const typed = { firstName: values.first, lastName: values.last };
  const whole = [typed, splitName(values.name), only ?? EMPTY].find((names) => fullName(names).trim() !== '');
  const { firstName, lastName } = onlyNameFirst(whole ?? EMPTY);
  return {
    line,
    head,
    values,
    names: { first: firstName, last: lastName },
    email: isOne ? only.email : null,
    emailFault,
    tooMany,
  };
}

const EMPTY = { firstName: '', lastName: '' };

/**
 * Adds or invites the new rows, in order, some at once, and reports each row as soon as its result is certain. A batch of
 * rows is a transaction, and each email shows whether it was done: after a kill, planning and applying again does the rest.
 */
export async function applyImport(
  context: Context,
  plan: ImportPlan,
  onRow: (result: RowResult, done: number) => Promise<void> | void,
): Promise<void> {
  const runRows = createRowRunner(importedRow, context, {
    id: null,
    about: {},
    lastMailDue: plan.lastMailDue,
  });
  for (let done = 0; done < plan.rows.length; ) {
    const rows = plan.rows
      .slice(done, done + ROWS_AT_ONCE)
      .map((row) => ({ row, leftOut: importedRow.leftOut(row) }));
    const fresh = rows.filter(({ leftOut }) => leftOut === null);
    const { outcomes, fault } = await runRows(
      fresh.map(({ row }) => ({ requestId: crypto.randomUUID(), row })),
    );
    // Rows that were done are reported, also when another transaction failed.
    for (const { row, leftOut } of rows) {
      const { line, email } = row;
      const outcome = leftOut ?? outcomes.shift();
      done += 1;
      if (outcome !== undefined) await onRow({ line, email, outcome }, done);
    }
    if (fault !== undefined) throw fault;
  }
}
