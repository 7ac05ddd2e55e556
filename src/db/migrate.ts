import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as runDrizzleMigrations } from 'drizzle-orm/postgres-js/migrator';
import { runMigrations as runJobMigrations } from 'graphile-worker';
import postgres from 'postgres';

const MIGRATIONS = fileURLToPath(new URL('../../drizzle', import.meta.url));
const OLDEST_MAJOR_VERSION = 15;
const NEWEST_TRIED_MAJOR_VERSION = 18;
const LOCK = 7_205_311;
const WAIT_MS = 5 * 60_000;
const RETRY_MS = 100;

/** The database is of a kind that we can't work on; the message says what is needed. */
export class UnsuitableDatabaseError extends Error {
  override name = 'UnsuitableDatabaseError';
}

type Options = {
  /** Where Drizzle's migrations are; ours are in `drizzle/`. */
  folder?: string;
  /** Called with warnings. */
  say?: (message: string) => void;
};

/**
 * Brings the database up to date, ours first and then the worker's own tables. One process at a time does it: the
 * others wait and find nothing left to do. Throws UnsuitableDatabaseError.
 */
export async function migrate(url: string, options: Options = {}): Promise<void> {
  const sql = open(url);
  try {
    const [server] = await sql<[{ version: string; encoding: string }]>`
      select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding`;
    demandSuitable(server, options.say ?? (() => {}));
    await takeTurn(sql);
    await runDrizzleMigrations(drizzle(sql), { migrationsFolder: options.folder ?? MIGRATIONS });
    await runJobMigrations({ connectionString: url });
  } finally {
    // Closing releases the lock, as a kill does.
    await sql.end({ timeout: 5 });
  }
}

const open = (url: string) =>
  postgres(url, {
    max: 1,
    max_lifetime: null,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: 'apim-user migrate' },
  });

/**
 * Rejects with the driver's error when the database can't be reached, and like a failed write when it is read-only or a
 * hot standby. Other connections would wait for a primary without a word.
 */
export async function demandWritable(url: string): Promise<void> {
  const sql = open(url);
  try {
    const [row] = await sql<[{ isReadOnly: boolean }]>`
      select current_setting('transaction_read_only')::boolean as "isReadOnly"`;
    if (row.isReadOnly) throw Object.assign(new Error('read only'), { code: '25006' });
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Whether all our migrations were applied; false for the database of an older version. Rejects when it has none. */
export async function isUpToDate(url: string): Promise<boolean> {
  const sql = postgres(url, { max: 1, connect_timeout: 10, fetch_types: false, onnotice: () => {} });
  try {
    const [row] = await sql<[{ last: string | null }]>`
      select max(created_at) as last from drizzle.__drizzle_migrations`;
    const files = readMigrationFiles({ migrationsFolder: MIGRATIONS });
    return Number(row.last) >= Math.max(...files.map((file) => file.folderMillis));
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Polls for the lock: a statement that waits would hold up an index that is built concurrently. */
async function takeTurn(sql: postgres.Sql): Promise<void> {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const [row] = await sql<[{ isOurs: boolean }]>`select pg_try_advisory_lock(${LOCK}) as "isOurs"`;
    if (row.isOurs) return;
    if (performance.now() > deadline)
      throw new Error('another process has been migrating the database for 5 minutes');
    await delay(RETRY_MS);
  }
}

/** Throws for a server or database that would fail later. `version` as in server_version_num. */
export function demandSuitable(
  server: { version: string; encoding: string },
  say: (message: string) => void,
): void {
  const major = Math.floor(Number(server.version) / 10_000);
  if (!(major >= OLDEST_MAJOR_VERSION))
    throw new UnsuitableDatabaseError(
      `Postgres ${OLDEST_MAJOR_VERSION} or newer is needed; this is ${major}.`,
    );
  if (server.encoding !== 'UTF8')
    throw new UnsuitableDatabaseError(
      `The database must hold UTF8, and it holds ${server.encoding}: make it with "create database … encoding 'UTF8' template template0".`,
    );
  if (major > NEWEST_TRIED_MAJOR_VERSION)
    say(`Postgres ${major} is newer than what this was tried with (${NEWEST_TRIED_MAJOR_VERSION}).`);
}
