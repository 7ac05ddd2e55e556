// What the queries of every table are made of.
import {
  and,
  type Column,
  eq,
  getTableColumns,
  getTableName,
  inArray,
  isNull,
  lte,
  type SQL,
  type SQLWrapper,
  sql,
} from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Db, Transaction } from './connection/connect.ts';
import { readTogether } from './connection/read-together.ts';

/** A null finds the rows that have none; a list, those that have one of its values. */
type Value<T> = T | null | readonly T[] | SQLWrapper;
type Values<Table extends PgTable> = {
  readonly [Name in keyof Table['$inferSelect']]?: Value<NonNullable<Table['$inferSelect'][Name]>>;
};
/** No name that the table has no column for. */
type Exact<Table extends PgTable, Given> = Values<Table> &
  Readonly<Record<Exclude<keyof Given, keyof Table['$inferSelect']>, never>>;

/** Whether a row has all of these values. An undefined one is an error: left out, it would match the rows of others. */
export function has<Table extends PgTable, Given extends Values<Table>>(
  table: Table,
  values: Given & Exact<Table, Given>,
): SQL | undefined {
  const columns: Record<string, Column> = getTableColumns(table);
  return and(
    ...Object.entries(values).map(([name, value]) => {
      const column = columns[name];
      if (!column || value === undefined) throw new Error(`no column or no value: ${name}`);
      if (value === null) return isNull(column);
      return Array.isArray(value) ? inArray(column, value) : eq(column, value);
    }),
  );
}

/** The same, but an undefined value makes no difference. For the filters of lists. */
export function hasGiven<Table extends PgTable>(
  table: Table,
  values: { [Name in keyof Values<Table>]: Values<Table>[Name] | undefined },
): SQL | undefined {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return has(table, Object.fromEntries(given) as never);
}

/**
 * Before a write of gateways' counts. Shorter than the second after which Postgres ends one side of a deadlock: this side gives
 * way, and is sent again.
 */
export const GIVE_WAY = sql`set local lock_timeout = '800ms'`;

/** A transaction, and when it happens by the product's clock. Every `Act` is one. */
export type Moment = { tx: Transaction; now: Date };

type Key = { serviceId: string; id: string };
type KeyedTable = PgTable & { serviceId: PgColumn; id: PgColumn };

/** The statements that most tables with the key (service, id) need. */
export function rowsOf<Table extends KeyedTable>(table: Table) {
  type Row = Table['$inferSelect'] & Key;
  const keyed = ({ serviceId, id }: Key) => has(table as KeyedTable, { serviceId, id } as never);
  const select = (db: Db, where: SQL | undefined) =>
    db
      .select()
      .from(table as KeyedTable)
      .where(where);
  const selectAll = (db: Db, serviceId: string, ids: readonly string[]) =>
    select(db, has(table as KeyedTable, { serviceId, id: ids } as never));
  return {
    async find(db: Db, serviceId: string, id: string): Promise<Row | null> {
      const [row] = await select(db, keyed({ serviceId, id }));
      return (row as Row | undefined) ?? null;
    },
    async findAll(db: Db, serviceId: string, ids: readonly string[]): Promise<Row[]> {
      return ids.length === 0 ? [] : ((await selectAll(db, serviceId, ids)) as Row[]);
    },
    /** Locks the row until the transaction ends, so that changes of one row don't overlap. */
    async lock(tx: Transaction, serviceId: string, id: string): Promise<Row | null> {
      const [row] = await select(tx, keyed({ serviceId, id })).for('update');
      return (row as Row | undefined) ?? null;
    },
    /** Holds the rows until the transaction ends, so that none is deleted at the same moment. */
    async holdAll(tx: Transaction, serviceId: string, ids: readonly string[]): Promise<Row[]> {
      if (ids.length === 0) return [];
      return (await selectAll(tx, serviceId, ids).orderBy(table.id).for('key share')) as Row[];
    },
    /** Inserts unless one of its keys is taken; null then. */
    async insert(tx: Transaction, row: Table['$inferInsert']): Promise<Row | null> {
      const [inserted] = await tx.insert(table).values(row).onConflictDoNothing().returning();
      return (inserted as Row | undefined) ?? null;
    },
    /** Changes a locked row and increments its version. */
    async update(
      tx: Transaction,
      row: Key & { version: number },
      change: { [Name in keyof Table['$inferInsert']]?: Table['$inferInsert'][Name] | undefined },
    ): Promise<Row> {
      const [updated] = await tx
        .update(table as KeyedTable)
        .set({ ...change, version: row.version + 1 })
        .where(keyed(row))
        .returning();
      if (!updated) throw new Error(`a locked row of ${getTableName(table)} is gone`);
      return updated as Row;
    },
    async remove(tx: Transaction, row: Key): Promise<void> {
      await tx.delete(table).where(keyed(row));
    },
  };
}

/**
 * Returns a function that finds the id of a row in the case that it was first written in. An older database may have two
 * ids that differ in case only: the exact one comes first.
 */
export function inAnyCase(name: string, table: KeyedTable) {
  const select = readTogether<Key, { id: string }>(name, (db, value) => {
    const isSame = sql`lower(${table.id}) = lower(${value('id')})`;
    return db
      .select({ id: table.id })
      .from(table)
      .where(and(eq(table.serviceId, value('serviceId')), isSame))
      .orderBy(sql`${table.id} = ${value('id')} desc`, table.id)
      .limit(1) as never;
  });
  return async (db: Db, serviceId: string, id: string): Promise<string | null> =>
    (await select(db, { serviceId, id }))[0]?.id ?? null;
}

/** The ids of the rows whose time came by a moment, the longest due first. */
export type ListDue = (db: Db, serviceId: string, by: Date, limit: number) => Promise<{ id: string }[]>;

/** Makes such a query. `column` has the time. */
export const dueRows =
  (table: KeyedTable, column: PgColumn, where?: SQL): ListDue =>
  async (db, serviceId, by, limit) => {
    const rows = await db
      .select({ id: table.id })
      .from(table)
      .where(and(eq(table.serviceId, serviceId), where, lte(column, by)))
      .orderBy(column)
      .limit(limit);
    return rows as { id: string }[];
  };

/** Lets one transaction at a time decide about an id that is not taken, compared without case, until it ends. */
export async function holdId(
  tx: Transaction,
  kind: 'account' | 'product' | 'subscription',
  { serviceId, id }: Key,
): Promise<void> {
  // Postgres puts both into lower case, as its indexes do.
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(${`${kind} of ${serviceId} `} || lower(${id}), 0))`,
  );
}

/** One transaction at a time goes on from here with the same words, until it ends. */
export async function holdLock(tx: Transaction, words: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${words}, 0))`);
}
