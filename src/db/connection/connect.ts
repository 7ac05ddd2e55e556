import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import * as schema from '../schema/index.ts';
import { openPool } from './pool.ts';

export type Database = PostgresJsDatabase<typeof schema>;
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];
/** What a query runs on: the pool, or a transaction that is under way. */
export type Db = Database | Transaction;

export type Connection = { db: Database; sql: postgres.Sql; close(): Promise<void> };

const CONNECT_SECONDS = 10;
const IDLE_SECONDS = 60;
const CLOSE_SECONDS = 5;

/** Postgres ends what takes longer, so that no statement of ours holds a row or a connection for good. */
const LIMITS = {
  statement_timeout: 15_000,
  lock_timeout: 12_000,
  idle_in_transaction_session_timeout: 30_000,
};

/** Opens nothing yet: connections are made as they are needed, at most `max`. */
export function connect(url: string, options: { max: number }): Connection {
  const sql = openPool(url, {
    max: options.max,
    connect_timeout: CONNECT_SECONDS,
    idle_timeout: IDLE_SECONDS,
    // Its own query for array types, sent as a connection opens, ends the process when that connection is cut
    // (porsager/postgres#1192). Drizzle reads and writes arrays itself. Without it `sql.reserve()` hangs (#1219).
    fetch_types: false,
    // A notice may quote a value of a row, which must not reach a log.
    onnotice: () => {},
    connection: { application_name: 'apim-user', ...LIMITS },
  });
  return { db: drizzle(sql, { schema }), sql, close: () => sql.end({ timeout: CLOSE_SECONDS }) };
}

/**
 * A serialization failure and a deadlock. A broken unique or foreign key: each operation looks before it writes, so the row
 * came or went after it had looked.
 */
const OVERTAKEN = ['40001', '40P01', '23505', '23503'];

/** Whether another transaction came between, so that the caller may run the whole of its own again. */
export function isOvertaken(error: unknown): boolean {
  // Drizzle wraps the driver's error.
  for (let at = error; at instanceof Error; at = at.cause)
    if ('code' in at && OVERTAKEN.includes(String(at.code))) return true;
  return false;
}
