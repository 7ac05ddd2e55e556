// The worker's connections (why: docs/decisions/0004). graphile-worker stores the end of a job without waiting: a failure
// there ends the process, and it retries only a few errors. So this pool waits while the database is away, and reports
// a lost connection as one of those errors.
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const MAX_CONNECTIONS = 10;
const CONNECT_MS = 10_000;
const CLOSE_MS = 5_000;
const KEEP_ALIVE_MS = 60_000;
const RETRY_MS = 1_000;
/** Every query of the worker takes far less. */
const ANSWER_MS = 20_000;
const RETRIED_CODE = 'ETIMEDOUT';

export type JobPool = {
  pool: pg.Pool;
  /** Stops waiting for the database. Resolves if a caller was waiting: the worker's own stop would then never end. */
  giveUp(): Promise<void>;
  close(): Promise<void>;
};

/** Calls `tellAway` with the error when the database can't be reached any more. */
export function openJobPool(url: string, tellAway: (error: unknown) => void): JobPool {
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
  const missed = waitForConnections(pool, stopping.signal, tellAway);
  pool.on('connect', reportLossAsRetried);
  const giveUp = () => {
    stopping.abort();
    return missed;
  };
  return { pool, giveUp, close: () => closePool(pool) };
}

type Connected = (
  error: unknown,
  client?: pg.PoolClient,
  release?: (error?: Error | boolean) => void,
) => void;

/** Its promise resolves when the pool closes before a waiting caller got a connection. */
function waitForConnections(
  pool: pg.Pool,
  signal: AbortSignal,
  tellAway: (error: unknown) => void,
): Promise<void> {
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>;
  let isAway = false;
  let miss = () => {};
  const missed = new Promise<void>((resolve) => {
    miss = resolve;
  });
  async function connectAtLast(): Promise<pg.PoolClient> {
    for (;;) {
      try {
        const client = await connect();
        isAway = false;
        return client;
      } catch (error) {
        if (!isAway) tellAway(error);
        isAway = true;
        await delay(RETRY_MS, undefined, { signal }).catch(() => {});
        if (!signal.aborted) continue;
        miss();
        throw asRetried(error);
      }
    }
  }
  pool.connect = ((connected?: Connected) => {
    const connecting = connectAtLast();
    if (!connected) return connecting;
    return void connecting.then(
      (client) => connected(undefined, client, client.release),
      (error: unknown) => connected(error),
    );
  }) as typeof pool.connect;
  return missed;
}

function reportLossAsRetried(client: pg.PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  client.query = ((...args: unknown[]) => {
    const answer = query(...args);
    if (!(answer instanceof Promise)) return answer;
    return answer.catch((error: unknown) => {
      if (!isLoss(error)) throw error;
      // The worker returns the client to the pool without an error, where the next job would hang on it.
      (client as unknown as pg.Client).end().catch(() => {});
      throw asRetried(error);
    });
  }) as typeof client.query;
}

/** An error that is not the database's own, or that came as it ended the connection (SQLSTATE classes 08 and 57P). */
function isLoss(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || /^(08|57P)/.test(error.code ?? '');
}

function asRetried(cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : 'the database is away';
  return Object.assign(new Error(message, { cause }), { code: RETRIED_CODE });
}

/** Waits a while for queries in flight. */
async function closePool(pool: pg.Pool): Promise<void> {
  if (pool.ending) return;
  const late = new AbortController();
  await Promise.race([pool.end(), delay(CLOSE_MS, undefined, { signal: late.signal }).catch(() => {})]);
  late.abort();
}
