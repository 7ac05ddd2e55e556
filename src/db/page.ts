import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Db } from './connection/connect.ts';

/** A part of a list: `limit` rows after the cursor, or after `skip` rows. */
export type Page<Cursor> = { limit: number; skip?: number; after?: Cursor | undefined };

/** The last row of the page before, in a list by name. */
export type NameCursor = { name: string; id: string };

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
