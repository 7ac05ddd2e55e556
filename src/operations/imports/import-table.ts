// Adds or invites the developers of a table: a dry run, then one operation a row.
import { readCsv } from '../../domain/csv.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { canonicalEmail } from '../../domain/email-address.ts';
import { checkImport, MAX_IMPORT_ROWS } from '../accounts/check-import.ts';
import { needsSecondOperator } from '../frame/approval.ts';
import type { Context } from '../frame/context.ts';
import { fieldsOf } from '../frame/operation.ts';
import {
  createRowImporter,
  MAX_FAULT_LENGTH,
  MAX_SHOWN_LENGTH,
  type PlannedRow,
  plannedOutcome,
  ROWS_AT_ONCE,
  type RowResult,
  typedRow,
} from './rows.ts';

const COLUMNS = ['email', 'first', 'last', 'groups', 'note', 'mode'] as const;
/** Each would be a card and a message to every operator. The invite command in Slack has the same limit. */
const MAX_WAITING_ROWS = 50;
const MAX_GROUP_NAME_SHOWN = 100;

export type ImportPlan = { rows: PlannedRow[]; lastMailDue: Date | null };

/**
 * Says for each row what an import would do; changes nothing. A row without a mode invites.
 * Errors: `invalid_input` for `table` when it can't be read as one; `limit_reached` above 10,000 rows, and above 50
 * invitations while each needs a second operator; `not_permitted`.
 */
export const planImport = (context: Context, text: string): Promise<ImportPlan> =>
  checkImport.attempt(context, {}, (attempting) => plan(attempting, text));

async function plan(context: Context, text: string): Promise<ImportPlan> {
  const read = readTable(text);
  const addresses = read.flatMap((row) => row.canonical ?? []);
  const { known, groups, lastMailDue } = await checkImport(context, { addresses });
  const lines = new Map<string, number>();
  const rows = read.map(({ line, values, canonical }): PlannedRow => {
    const at = { line, email: values.email.slice(0, MAX_SHOWN_LENGTH) };
    const faulty = (fault: string): PlannedRow => ({
      ...at,
      status: 'faulty',
      fault: fault.slice(0, MAX_FAULT_LENGTH),
    });
    if (!canonical) return faulty('email is no address');
    const before = lines.get(canonical);
    if (before) return faulty(`the same address as line ${before}`);
    lines.set(canonical, line);
    const parsed = typedRow.safeParse(values);
    if (!parsed.success)
      return faulty(
        Object.entries(fieldsOf(parsed.error))
          .map(([field, words]) => `${field}: ${words}`)
          .join('; '),
      );
    const names = values.groups.split(';').flatMap((name) => name.trim() || []);
    const missing = names.find((name) => !Object.hasOwn(groups, name.toLowerCase()));
    if (missing !== undefined) return faulty(`there is no group "${missing.slice(0, MAX_GROUP_NAME_SHOWN)}"`);
    const status = Object.hasOwn(known, canonical) ? known[canonical] : undefined;
    if (status) return { ...at, status };
    const { groups: _, ...wanted } = parsed.data;
    const groupIds = names.map((name) => groups[name.toLowerCase()] ?? '');
    return { ...at, status: 'new', wanted: { ...wanted, groupIds } };
  });
  demandFewApprovals(context, rows);
  return { rows, lastMailDue };
}

function demandFewApprovals(context: Context, rows: PlannedRow[]): void {
  if (!needsSecondOperator(context, 'invitations/invite')) return;
  const waiting = rows.filter((row) => row.status === 'new' && row.wanted.mode === 'invite').length;
  if (waiting > MAX_WAITING_ROWS)
    throw new DomainError('limit_reached', {
      limit: `${MAX_WAITING_ROWS} invitations at once, since each waits for a second operator`,
    });
}

type ReadRow = { line: number; values: Record<(typeof COLUMNS)[number], string>; canonical: string | null };

function readTable(text: string): ReadRow[] {
  const invalidTable = (words: string) => new DomainError('invalid_input', { fields: { table: words } });
  const [head, ...rows] = readCsv(text) ?? [];
  if (!head) throw invalidTable('is empty, or a quote in it is never closed');
  const names = head.cells.map((name) => name.trim().toLowerCase());
  const unknown = names.find((name) => !COLUMNS.some((column) => column === name));
  if (unknown !== undefined || !names.includes('email') || new Set(names).size < names.length)
    throw invalidTable(
      `begins with the names of its columns, each once: ${COLUMNS.join(', ')}; email is needed`,
    );
  if (rows.length > MAX_IMPORT_ROWS)
    throw new DomainError('limit_reached', { limit: `${MAX_IMPORT_ROWS} rows` });
  return rows.map(({ line, cells }) => {
    const cell = (name: string) => (cells[names.indexOf(name)] ?? '').trim();
    const texts = COLUMNS.map((name) => [name, cell(name)] as const);
    const values = Object.fromEntries(texts) as ReadRow['values'];
    values.mode = values.mode.toLowerCase() || 'invite';
    // More cells than columns: a separator that should be in quotes would shift values into wrong places.
    return { line, values, canonical: cells.length > names.length ? null : canonicalEmail(values.email) };
  });
}

/**
 * Adds or invites the new rows, in order, some at once, and reports each row as soon as its result is certain. A batch of
 * rows is a transaction, and each email shows whether it was done: after a kill, planning and applying again does the rest.
 */
export async function applyImport(
  context: Context,
  plan: ImportPlan,
  onRow: (result: RowResult, done: number) => Promise<void> | void,
): Promise<void> {
  const importRows = createRowImporter(context, plan.lastMailDue);
  for (let done = 0; done < plan.rows.length; ) {
    const rows = plan.rows.slice(done, done + ROWS_AT_ONCE);
    const fresh = rows.flatMap((row) =>
      row.status === 'new' ? { requestId: crypto.randomUUID(), wanted: row.wanted } : [],
    );
    const { outcomes, fault } = await importRows(fresh);
    // Rows that were done are reported, also when another batch failed.
    for (const row of rows) {
      const { line, email } = row;
      const outcome = row.status === 'new' ? outcomes.shift() : plannedOutcome(row);
      done += 1;
      if (outcome !== undefined) await onRow({ line, email, outcome }, done);
    }
    if (fault !== undefined) throw fault;
  }
}
