// Whether a server is running on a database: each server holds a shared advisory lock as long as it runs.
import { setTimeout as delay } from 'node:timers/promises';
import { openPool } from './pool.ts';

/** Not the lock of `migrate.ts`. */
const LOCK = 7_205_312;
/** A connection that was cut has lost its lock: the server takes it again within this time. */
const BEAT_MS = 10_000;
const CLOSE_SECONDS = 5;

export type Presence = { leave(): Promise<void> };

/**
 * Marks a server as running until it leaves, or its process or connection ends. Null while a program works on the
 * database alone. Needs a direct connection: a pooler that lends one for each transaction keeps no lock.
 */
export async function enterAsServer(url: string): Promise<Presence | null> {
  const sql = open(url);
  const stopping = new AbortController();
  const beat = () => sql<[{ isHeld: boolean }]>`
    select case when exists (
      select from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted
    ) then true else pg_try_advisory_lock_shared(${LOCK}) end as "isHeld"`;
  const leave = async () => {
    stopping.abort();
    await sql.end({ timeout: CLOSE_SECONDS });
  };
  const isIn = await beat().then(([row]) => row.isHeld, leaveAndThrow(leave));
  if (!isIn) {
    await leave();
    return null;
  }
  void (async () => {
    for (;;) {
      await delay(BEAT_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      if (stopping.signal.aborted) return;
      // While the database is away, so is the lock. A later beat takes it again.
      await beat().catch(() => {});
    }
  })();
  return { leave };
}

/** Keeps every server out until it leaves. Null while a server runs, or another program works alone. */
export async function enterAlone(url: string): Promise<Presence | null> {
  const sql = open(url);
  const leave = () => sql.end({ timeout: CLOSE_SECONDS });
  const locking = sql<[{ isOurs: boolean }]>`select pg_try_advisory_lock(${LOCK}) as "isOurs"`;
  const isIn = await locking.then(([row]) => row.isOurs, leaveAndThrow(leave));
  if (isIn) return { leave };
  await leave();
  return null;
}

const open = (url: string) =>
  openPool(url, {
    max: 1,
    max_lifetime: null,
    connect_timeout: 10,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: 'apim-user presence' },
  });

const leaveAndThrow =
  (leave: () => Promise<void>) =>
  async (error: unknown): Promise<never> => {
    await leave();
    throw error;
  };
