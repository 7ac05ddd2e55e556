import { and, asc, desc, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgColumn, PgSelect, PgTable } from 'drizzle-orm/pg-core';
import type { Db } from './connection/connect.ts';

/** A part of a list: `limit` rows after the cursor, or after `skip` rows. */
export type Page<Cursor> = { limit: number; skip?: number; after?: Cursor | undefined };

/** The last row of the page before, in a list by name. */
export type NameCursor = { name: string; id: string };

/** A list that is read page by page. */
export type PagedList<Row, Cursor> = {
  rows(page: Page<Cursor>): Promise<Row[]>;
  /** Where the page after this row begins. */
  cursorOf(last: Row): Cursor;
  count(upTo?: number): Promise<number>;
};

/** The rows of a table that a condition finds, in the order of `by`, which no two rows have the same. */
export function pagedList<Row, Cursor>(
  db: Db,
  table: PgTable,
  list: {
    where: SQL | undefined;
    by: readonly (PgColumn | SQL)[];
    isDescending?: true;
    cursorOf(last: NoInfer<Row>): Cursor;
    /** What `by` is at the cursor. */
    valuesAt(cursor: Cursor): SQL[];
    /** More than the columns of the table. */
    select?: () => PgSelect;
  },
): PagedList<Row, Cursor> {
  const { where, by, isDescending, cursorOf, valuesAt } = list;
  const select = list.select ?? (() => db.select().from(table).$dynamic() as unknown as PgSelect);
  const isAfter = (cursor: Cursor) =>
    sql`(${sql.join([...by], sql`, `)}) ${isDescending ? sql`<` : sql`>`} (${sql.join(valuesAt(cursor), sql`, `)})`;
  return {
    cursorOf,
    async rows({ limit, skip = 0, after }) {
      const rows = await select()
        .where(and(where, after === undefined ? undefined : isAfter(after)))
        .orderBy(...by.map((column) => (isDescending ? desc(column) : asc(column))))
        .offset(skip)
        .limit(limit);
      return rows as Row[];
    },
    count: (upTo) => countWhere(db, table, where, upTo),
  };
}

/** In the order of an id, which is a UUID. */
export const byRowId = (id: PgColumn) => ({
  by: [id],
  cursorOf: (last: { id: string }) => last.id,
  valuesAt: (after: string) => [sql`${after}::uuid`],
});

/** In the order of a name without case, then of the id. */
export const byName = (table: { name: PgColumn; id: PgColumn }) => ({
  by: [sql`lower(${table.name})`, table.id],
  cursorOf: ({ name, id }: NameCursor) => ({ name, id }),
  valuesAt: ({ name, id }: NameCursor) => [sql`lower(${name})`, sql`${id}`],
});

/** How many rows a query finds. With `upTo` it stops at one more than that, so a count is cheap in any table. */
export async function countRows(db: Db, query: SQLWrapper, upTo?: number): Promise<number> {
  const end = upTo === undefined ? sql`` : sql` limit ${upTo + 1}`;
  const [row] = await db.execute<{ count: string }>(
    sql`select count(*) as count from (${query}${end}) as found`,
  );
  return Number(row?.count ?? 0);
}

/** How many rows of a table a condition finds. */
export const countWhere = (db: Db, table: PgTable, where: SQL | undefined, upTo?: number): Promise<number> =>
  countRows(db, db.select({ one: sql`1` }).from(table).where(where), upTo);
