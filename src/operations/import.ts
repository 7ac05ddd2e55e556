// Many developers from one table: looked at first, then added or invited one by one, each as an operation of its own.
import { z } from 'zod';
import { readCsv } from '../domain/csv-table.ts';
import { DomainError } from '../domain/domain-error.ts';
import { parseEmailAddress } from '../domain/email-address.ts';
import { addAccount } from './accounts/add.ts';
import { checkImport, type KnownAddress, MAX_IMPORT_ROWS } from './accounts/check-import.ts';
import { WaitsForApproval } from './approval.ts';
import type { Context } from './context.ts';
import * as input from './input.ts';
import { invite } from './invitations/invite.ts';
import { fieldsOf } from './operation.ts';

const COLUMNS = ['email', 'first', 'last', 'groups', 'note', 'mode'] as const;
/** Resend lets two requests a second by; half of it stays for the mails of everybody else. */
const MAILS_A_SECOND = 1;

const named = { email: input.email, groups: z.string(), note: input.note };
const rowSchema = z.discriminatedUnion('mode', [
  z.object({ ...named, mode: z.literal('add'), first: input.personName, last: input.personName }),
  z.object({
    ...named,
    note: z.literal('', 'an invitation keeps none; use mode add'),
    mode: z.literal('invite'),
    first: input.personName.or(z.literal('')),
    last: input.personName.or(z.literal('')),
  }),
]);
type Wanted = Omit<z.output<typeof rowSchema>, 'groups'> & { groupIds: string[] };

export type PlannedRow = { line: number; email: string } & (
  | { status: 'new'; wanted: Wanted }
  | { status: KnownAddress }
  | { status: 'faulty'; fault: string }
);
export type ImportPlan = { rows: PlannedRow[]; lastMailDue: Date | null };

/**
 * Says of each row what would be done; changes nothing. A row without a mode invites.
 * Errors: `invalid_input` for `table` when it can't be read as one; `limit_reached` above 10,000 rows; `not_permitted`.
 */
export async function planImport(context: Context, text: string): Promise<ImportPlan> {
  const read = readTable(text);
  const addresses = read.flatMap((row) => row.canonical ?? []);
  const { known, groups, lastMailDue } = await checkImport(context, { addresses });
  const lines = new Map<string, number>();
  const rows = read.map(({ line, values, canonical }): PlannedRow => {
    const at = { line, email: values.email };
    const faulty = (fault: string): PlannedRow => ({ ...at, status: 'faulty', fault });
    if (!canonical) return faulty('email is no address');
    const before = lines.get(canonical);
    if (before) return faulty(`the same address as line ${before}`);
    lines.set(canonical, line);
    const parsed = rowSchema.safeParse(values);
    if (!parsed.success)
      return faulty(
        Object.entries(fieldsOf(parsed.error))
          .map(([field, words]) => `${field}: ${words}`)
          .join('; '),
      );
    const names = values.groups.split(';').flatMap((name) => name.trim() || []);
    const missing = names.find((name) => !Object.hasOwn(groups, name.toLowerCase()));
    if (missing !== undefined) return faulty(`there is no group "${missing}"`);
    const is = Object.hasOwn(known, canonical) ? known[canonical] : undefined;
    if (is) return { ...at, status: is };
    const { groups: _, ...wanted } = parsed.data;
    const groupIds = names.map((name) => groups[name.toLowerCase()] ?? '');
    return { ...at, status: 'new', wanted: { ...wanted, groupIds } };
  });
  return { rows, lastMailDue };
}

type ReadRow = { line: number; values: Record<(typeof COLUMNS)[number], string>; canonical: string | null };

function readTable(text: string): ReadRow[] {
  const refuse = (words: string) => new DomainError('invalid_input', { fields: { table: words } });
  const [head, ...rows] = readCsv(text) ?? [];
  if (!head) throw refuse('is empty, or a quote in it is never closed');
  const names = head.cells.map((name) => name.trim().toLowerCase());
  const unknown = names.find((name) => !COLUMNS.some((column) => column === name));
  if (unknown !== undefined || !names.includes('email') || new Set(names).size < names.length)
    throw refuse(`begins with the names of its columns, each once: ${COLUMNS.join(', ')}; email is needed`);
  if (rows.length > MAX_IMPORT_ROWS)
    throw new DomainError('limit_reached', { limit: `${MAX_IMPORT_ROWS} rows` });
  return rows.map(({ line, cells }) => {
    const cell = (name: string) => (cells[names.indexOf(name)] ?? '').trim();
    const texts = COLUMNS.map((name) => [name, cell(name)] as const);
    const values = Object.fromEntries(texts) as ReadRow['values'];
    values.mode = values.mode.toLowerCase() || 'invite';
    // More cells than columns: a separator that should be in quotes would shift values into wrong places.
    return { line, values, canonical: cells.length > names.length ? null : canonicalOf(values.email) };
  });
}

function canonicalOf(email: string): string | null {
  try {
    return parseEmailAddress(email).canonical;
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

export type RowResult = { line: number; email: string; outcome: string };

/**
 * Does what is new, in order, and tells each row's result as soon as it is certain. Each row is a transaction of its
 * own, and its address decides whether it was done: after a kill, planning and applying again does the rest.
 */
export async function applyImport(
  context: Context,
  plan: ImportPlan,
  onRow: (result: RowResult, done: number) => Promise<void> | void,
): Promise<void> {
  const firstMail = Math.max(context.clock().getTime(), plan.lastMailDue?.getTime() ?? 0);
  let mailed = 0;
  for (const [index, row] of plan.rows.entries()) {
    let outcome: string = row.status === 'faulty' ? `faulty: ${row.fault}` : row.status;
    if (row.status === 'new') {
      const mailNotBefore = new Date(firstMail + (mailed * 1_000) / MAILS_A_SECOND);
      outcome = await importRow({ ...context, requestId: crypto.randomUUID(), mailNotBefore }, row.wanted);
      if (outcome === 'added' || outcome === 'invited') mailed += 1;
    }
    await onRow({ line: row.line, email: row.email, outcome }, index + 1);
  }
}

async function importRow(context: Context, { mode, first, last, note, ...wanted }: Wanted): Promise<string> {
  try {
    const person = { ...wanted, firstName: first, lastName: last };
    if (mode === 'invite') await invite(context, person);
    else await addAccount(context, { ...person, note });
    return mode === 'invite' ? 'invited' : 'added';
  } catch (error) {
    if (error instanceof WaitsForApproval) return 'waits for a second operator';
    if (error instanceof DomainError && error.code !== 'not_permitted') return `refused: ${error.code}`;
    throw error;
  }
}
