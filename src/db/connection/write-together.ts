// Rows that several operations of one transaction write: one statement for all of them, at the end.
import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { DomainError } from '../../domain/domain-error.ts';
import type { Db, Transaction } from './connect.ts';
import { inBatches } from './in-batches.ts';

/** The order in which they are written, since a mail names its ticket. */
const KINDS = ['ticket', 'mail', 'job', 'audit', 'audit details'] as const;
type Kind = (typeof KINDS)[number];
type Writer = (db: Db, rows: never[]) => Promise<void>;

/** Rows that wait to be written, in order. */
export type WaitingRows = { kind: Kind; write: Writer; row: unknown }[];

const waiting = new WeakMap<Db, WaitingRows>();

/** Returns a function that inserts one row: at once, or with the others when the transaction collects its rows. */
export function insertedTogether<Table extends PgTable>(kind: Kind, table: Table) {
  return writtenTogether<Table['$inferInsert']>(kind, async (db, rows) => {
    await db.execute(insertOf(table, rows));
  });
}

/** Returns a function that inserts one row at once, unless one of its keys is taken: false then. */
export function insertUntaken<Table extends PgTable & { serviceId: PgColumn; id: PgColumn }>(table: Table) {
  type Row = Table['$inferInsert'] & { serviceId: string; id: string };
  const keyOf = ({ serviceId, id }: { serviceId: string; id: string }) => `${serviceId} ${id}`;
  return inBatches(async (db, rows: Row[]) => {
    const inserted = await db.execute<{ serviceId: string; id: string }>(
      sql`${insertOf(table, rows)} on conflict do nothing returning service_id as "serviceId", id`,
    );
    const keys = new Set([...inserted].map(keyOf));
    // Of two rows with one key, one was inserted.
    return rows.map((row) => keys.delete(keyOf(row)));
  });
}

/** One statement for any number of rows. A column that no row names has its default. */
export function insertOf<Table extends PgTable>(table: Table, rows: Table['$inferInsert'][]): SQL {
  const columns = Object.entries(getTableColumns(table)) as [keyof Table['$inferInsert'], PgColumn][];
  const given = columns.filter(([key]) => rows.some((row) => row[key] !== undefined));
  const list = sql.join(
    given.map(([, { name }]) => sql.identifier(name)),
    sql`, `,
  );
  const values = rows.map((row) => Object.fromEntries(given.map(([key, { name }]) => [name, row[key]])));
  return sql`insert into ${table} (${list})
    select ${list} from json_populate_recordset(null::${table}, ${jsonOf(values)}::json)`;
}

/** Postgres refuses half a character in JSON; in a parameter the driver replaces it. */
function jsonOf(value: unknown): string {
  const json = JSON.stringify(value);
  if (!/\\ud[89a-f]/.test(json)) return json;
  return JSON.stringify(value, (_, one) =>
    typeof one === 'string' ? (one as string & { toWellFormed(): string }).toWellFormed() : one,
  );
}

/** The same with a statement of its own. */
export function writtenTogether<Row>(kind: Kind, write: (db: Db, rows: Row[]) => Promise<void>) {
  return async (db: Db, row: Row): Promise<void> => {
    const rows = waiting.get(db);
    if (rows) rows.push({ kind, write: write as Writer, row });
    else await write(db, [row]);
  };
}

/** Makes these rows wait until the work ends, and returns them. The work must not read them. */
export async function collectRows(tx: Transaction, work: () => Promise<unknown>): Promise<WaitingRows> {
  const rows: WaitingRows = [];
  waiting.set(tx, rows);
  try {
    await work();
    return rows;
  } finally {
    waiting.delete(tx);
  }
}

export async function writeRows(tx: Transaction, rows: WaitingRows): Promise<void> {
  for (const kind of KINDS) {
    const some = rows.filter((one) => one.kind === kind);
    const [first] = some;
    if (first) await first.write(tx, some.map(({ row }) => row) as never[]);
  }
}

/** Runs the work so that an error undoes only what it did in this transaction. Not after a failed statement. */
export async function withSavepoint<Result>(tx: Transaction, work: () => Promise<Result>): Promise<Result> {
  await tx.execute(sql`savepoint part`);
  try {
    const result = await work();
    await tx.execute(sql`release savepoint part`);
    return result;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await tx.execute(sql`rollback to savepoint part`);
    throw error;
  }
}
