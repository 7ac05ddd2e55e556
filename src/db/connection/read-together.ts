// Reads that nearly every request makes: one statement for all that read at the same time, written once.
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { inBatches } from './in-batches.ts';

type Query = { as(alias: string): { _: { selectedFields: unknown } } };
type Prepared<Row> = { execute(args: { keys: string }): Promise<{ at: number; row: Row }[]> };

/**
 * Returns a function that reads the rows of one key. `write` is the query for one, with `value('id')` for the texts of the key;
 * its limit or order makes Postgres use an index for each key, however few rows a table has.
 */
export function readTogether<Key extends Record<string, string>, Row>(
  name: string,
  write: (db: Db, value: (of: keyof Key & string) => SQL) => Query,
) {
  // Drizzle takes longer to write a query than to send it, so each is written once.
  let query: Prepared<Row> | undefined;
  const prepare = (db: Db): Prepared<Row> => {
    const found = write(db, (of) => sql`(wanted.key ->> ${sql.raw(`'${of}'`)})`).as('found');
    return db
      .select({ at: sql<number>`wanted.at::int`, row: found._.selectedFields as never })
      .from(sql`json_array_elements(${sql.placeholder('keys')}::json) with ordinality as wanted (key, at)`)
      .crossJoinLateral(found as never)
      .prepare(name) as never;
  };
  return inBatches(async (db, keys: Key[]) => {
    query ??= prepare(db);
    // It is bound to the session that prepared it: to the pool, or to one transaction.
    const { client } = db._.session as unknown as { client: unknown };
    const bound: Prepared<Row> = Object.assign(Object.create(query), { client });
    const rows = keys.map((): Row[] => []);
    for (const { at, row } of await bound.execute({ keys: JSON.stringify(keys, storable) }))
      rows[at - 1]?.push(row);
    return rows;
  });
}

/** For `JSON.stringify`: texts that Postgres takes. What it replaces is in no row. */
export const storable = (_: string, value: unknown) =>
  typeof value === 'string'
    ? (value as string & { toWellFormed(): string }).toWellFormed().replaceAll('\0', '\ufffd')
    : value;
