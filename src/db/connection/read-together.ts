// Reads that nearly every request makes: one statement for all that read at the same time, written once.
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from './connect.ts';
import { inBatches } from './in-batches.ts';
import { prepared } from './prepared.ts';

type Query = { as(alias: string): { _: { selectedFields: unknown } } };

/**
 * Returns a function that reads the rows of one key. `write` is the query for one, with `value('id')` for the texts of the key; its
 * limit or order makes Postgres use an index for each, however few rows a table has.
 */
export function readTogether<Key extends Record<string, string>, Row>(
  name: string,
  write: (db: Db, value: (of: keyof Key & string) => SQL) => Query,
) {
  const select = prepared<{ keys: string }, { at: number; row: Row }[]>((db) => {
    const found = write(db, (of) => sql`(wanted.key ->> ${sql.raw(`'${of}'`)})`).as('found');
    return db
      .select({ at: sql<number>`wanted.at::int`, row: found._.selectedFields as never })
      .from(sql`json_array_elements(${sql.placeholder('keys')}::json) with ordinality as wanted (key, at)`)
      .crossJoinLateral(found as never)
      .prepare(name) as never;
  });
  return inBatches(async (db, keys: Key[]) => {
    const rows = keys.map((): Row[] => []);
    for (const { at, row } of await select(db, { keys: JSON.stringify(keys, storable) }))
      rows[at - 1]?.push(row);
    return rows;
  });
}

/** A text that Postgres takes. What it replaces is in no row. */
const storable = (_: string, value: unknown) =>
  typeof value === 'string'
    ? (value as string & { toWellFormed(): string }).toWellFormed().replaceAll('\0', '\ufffd')
    : value;
