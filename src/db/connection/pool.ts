// Connections that outlive the loss of one. What postgres.js 3.4 was about to send over a connection when that was lost
// stays with it: the next one in its place never sends anything again, a transaction goes on over it outside of itself, and
// the ROLLBACK that the driver sends by itself ends the process (porsager/postgres#1133, #1208, #1215, #1216). So after a
// loss all connections are exchanged for new ones, and nothing more is asked of a transaction that has lost its own.
import postgres from 'postgres';

type Options = postgres.Options<Record<string, postgres.PostgresType>>;
type Client = postgres.Sql | postgres.TransactionSql;
type Work = (tx: postgres.TransactionSql) => unknown;
/** The connection of a transaction, or the shared ones. */
type Line = { isLost: boolean; lose(error: unknown): void };

/** How long a transaction over another connection may take to end, once one is lost. */
const CLOSE_SECONDS = 5;
/** Between attempts to connect. The driver's own goes up to 20 seconds. */
const MAX_PAUSE_SECONDS = 2;
const pauseSeconds = (attempts: number): number => Math.min(0.05 * 2 ** attempts, MAX_PAUSE_SECONDS);

/**
 * As `postgres(url, options)`. Queries of `unsafe` are prepared: ours come from a fixed set of texts, and each connection
 * keeps them by name. Whatever is under way when its connection is lost is rejected, as it is at the driver.
 */
export function openPool(url: string, options: Options): postgres.Sql {
  let current = postgres(url, { backoff: pauseSeconds, ...options });
  let isEnding = false;
  const exchange = (lost: postgres.Sql) => {
    if (isEnding || lost !== current) return;
    // Its options as they are by now: Drizzle has put its own parsers there.
    current = postgres(lost.options as unknown as Options);
    void lost.end({ timeout: CLOSE_SECONDS }).catch(() => {});
  };
  return facade<postgres.Sql>(() => {
    const client = current;
    const line: Line = { isLost: false, lose: () => exchange(client) };
    return {
      client,
      line,
      instead: {
        begin: (...words: unknown[]) => begin(client, line, words),
        end: (how?: { timeout?: number }) => {
          isEnding = true;
          return client.end(how);
        },
      },
    };
  });
}

type Behind<T> = { client: T; line: Line; instead: Record<string, unknown> };

/** Looks like the client behind it, whichever that is at the moment. */
function facade<T extends Client>(behind: () => Behind<T>): T {
  return new Proxy((() => {}) as unknown as T, {
    apply(_target, _this, words: unknown[]) {
      const { client, line } = behind();
      demand(line);
      return watched(Reflect.apply(client, undefined, words), line);
    },
    get(_target, name: string) {
      const { client, line, instead } = behind();
      if (name in instead) return instead[name];
      if (name === 'unsafe')
        return (text: string, values?: never[], how?: postgres.UnsafeQueryOptions) => {
          demand(line);
          return watched(client.unsafe(text, values, { ...how, prepare: true }), line);
        };
      const value: unknown = Reflect.get(client, name);
      return typeof value === 'function' ? value.bind(client) : value;
    },
  });
}

/** The driver's own BEGIN and COMMIT around the work, which is left where it is once the connection is lost. */
function begin(client: postgres.Sql, pool: Line, words: unknown[]): Promise<unknown> {
  const work = words.pop() as Work;
  return new Promise((resolve, reject) => {
    const line: Line = {
      isLost: false,
      lose(error) {
        line.isLost = true;
        pool.lose(error);
        reject(error);
      },
    };
    const fail = (error: unknown) => (isLoss(error) ? line.lose(error) : reject(error));
    const run = client.begin as (...words: unknown[]) => Promise<unknown>;
    run(...words, (tx: postgres.TransactionSql) => unlessLost(line, () => work(within(tx, line)))).then(
      resolve,
      fail,
    );
  });
}

function within(tx: postgres.TransactionSql, line: Line): postgres.TransactionSql {
  const savepoint = (...words: unknown[]) => {
    const work = words.pop() as Work;
    demand(line);
    const run = tx.savepoint as (...words: unknown[]) => Promise<unknown>;
    return run(...words, (inner: postgres.TransactionSql) =>
      unlessLost(line, () => work(within(inner, line))),
    );
  };
  return facade(() => ({ client: tx, line, instead: { savepoint } }));
}

/** Never ends once the connection is lost: at its end the driver would ask that connection for a ROLLBACK or a COMMIT. */
async function unlessLost(line: Line, work: () => unknown): Promise<unknown> {
  try {
    const result = await work();
    if (!line.isLost) return result;
  } catch (error) {
    if (isLoss(error)) line.lose(error);
    if (!line.isLost) throw error;
  }
  return new Promise(() => {});
}

function demand({ isLost }: Line): void {
  if (isLost) throw Object.assign(new Error('the connection was lost'), { code: 'CONNECTION_CLOSED' });
}

/** Notices a loss in the moment in which the driver rejects the query, before another query can start. */
function watched<T>(query: T, line: Line): T {
  const rejecting = query as { reject?(error: unknown): void };
  const { reject } = rejecting;
  if (typeof reject !== 'function') return query;
  rejecting.reject = (error) => {
    if (isLoss(error)) line.lose(error);
    reject(error);
  };
  return query;
}

/**
 * Of the driver, or of the socket, with the query that the driver then adds. What the server says is no loss, nor is a
 * connection that never was (ECONNREFUSED); one that doesn't come to be in time may be one that never sends anything.
 */
const LOSS = /^(CONNECTION_(CLOSED|DESTROYED)|CONNECT_TIMEOUT)$/;
const LOSS_OF_SOCKET = /^(ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENETDOWN)$/;

function isLoss(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    const code = 'code' in at ? String(at.code) : '';
    if (LOSS.test(code) || ('query' in at && LOSS_OF_SOCKET.test(code))) return true;
  }
  return false;
}
