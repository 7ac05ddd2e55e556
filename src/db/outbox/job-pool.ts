// The worker's connections (why: docs/decisions/0004). graphile-worker stores the end of a job without waiting: a failure
// there ends the process. So each statement of the worker is sent until the database has done it, whatever the error.
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const MAX_CONNECTIONS = 10;
const CONNECT_MS = 10_000;
const CLOSE_MS = 5_000;
const KEEP_ALIVE_MS = 60_000;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;
/** Every query of the worker takes far less. */
const ANSWER_MS = 20_000;
/** Many statements fail for one cause. */
const TELL_EVERY_MS = 30_000;

export type JobPool = {
  pool: pg.Pool;
  /** The error of a statement that the database hasn't done yet; null while it does all. */
  trouble(): unknown;
  /** Stops trying. Resolves if a statement was still to be done: the worker's own stop would then never end. */
  giveUp(): Promise<void>;
  close(): Promise<void>;
};

/** Calls `tellTrouble` with the error when the database fails a statement of the worker, at most twice a minute. */
export function openJobPool(url: string, tellTrouble: (error: unknown) => void): JobPool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'apim-user worker',
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: ANSWER_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  });
  // An idle connection: it has left the pool already, and no query was lost.
  pool.on('error', () => {});
  // A connection in use: its query reports the loss to its caller.
  pool.on('connect', (client) => client.on('error', () => {}));
  const stopping = new AbortController();
  const attempts = createAttempts(stopping.signal, tellTrouble);
  sendUntilDone(pool, attempts.repeat);
  const giveUp = () => {
    stopping.abort();
    return attempts.abandoned;
  };
  return { pool, trouble: attempts.trouble, giveUp, close: () => closePool(pool) };
}

type Repeat = <T>(attempt: () => Promise<T>) => Promise<T>;

/** `repeat` never settles once the signal is aborted, because graphile-worker handles no rejection. */
function createAttempts(signal: AbortSignal, tellTrouble: (error: unknown) => void) {
  const failing = new Map<object, unknown>();
  let toldAt = Number.NEGATIVE_INFINITY;
  let abandon = () => {};
  const abandoned = new Promise<void>((resolve) => {
    abandon = resolve;
  });
  function fail(key: object, error: unknown): void {
    failing.set(key, error);
    if (performance.now() - toldAt < TELL_EVERY_MS) return;
    toldAt = performance.now();
    tellTrouble(error);
  }
  const repeat: Repeat = async (attempt) => {
    const key = {};
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        const result = await attempt();
        failing.delete(key);
        return result;
      } catch (error) {
        fail(key, error);
      }
      await delay(pauseMs, undefined, { signal }).catch(() => {});
      if (signal.aborted) break;
    }
    abandon();
    return new Promise(() => {});
  };
  return { repeat, abandoned, trouble: (): unknown => failing.values().next().value ?? null };
}

type Query = (...args: unknown[]) => Promise<unknown>;
type Connected = (error: unknown, client?: pg.PoolClient, release?: () => void) => void;

/** A statement may be done twice when its answer is lost. Each of graphile-worker's is written to allow that. */
function sendUntilDone(pool: pg.Pool, repeat: Repeat): void {
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  const query: Query = (...args) =>
    repeat(async () => {
      const client = await connect();
      let isDone = false;
      try {
        const result = await (client.query as unknown as Query)(...args);
        isDone = true;
        return result;
      } finally {
        // A connection that failed may lead to a server that can't be written any more.
        client.release(!isDone);
      }
    });
  // Only the listener for new jobs keeps its connection, and connects again by itself when that fails.
  const keep = (connected: Connected) =>
    void repeat(connect).then((client) => connected(undefined, client, () => client.release(true)));
  pool.query = query as unknown as typeof pool.query;
  pool.connect = ((connected?: Connected) =>
    connected ? keep(connected) : Promise.resolve({ query, release() {} })) as typeof pool.connect;
}

/** Waits a while for queries in flight. */
async function closePool(pool: pg.Pool): Promise<void> {
  if (pool.ending) return;
  const late = new AbortController();
  await Promise.race([pool.end(), delay(CLOSE_MS, undefined, { signal: late.signal }).catch(() => {})]);
  late.abort();
}
