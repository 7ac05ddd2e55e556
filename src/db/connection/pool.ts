// Connections that outlive the loss of one. postgres.js 3.4 then sends statements to the closed connection, which ends the
// process, or over the next one, outside their transaction (porsager/postgres#1133, #1208, #1215, #1216). So a loss
// replaces all connections, and a transaction that lost its own sends nothing more.
import postgres from 'postgres';

type Options = postgres.Options<Record<string, postgres.PostgresType>>;
type Client = postgres.Sql | postgres.TransactionSql;
type Work = (tx: postgres.TransactionSql) => unknown;
/**
 * Whether the connection of a transaction, or any of the shared ones, was lost. `leave`: the server takes no writes, over
 * this connection at least.
 */
type LossState = { isLost: boolean; lose(error: unknown): void; leave(): void };

/** How long transactions over the other connections may take to end, once one is lost. */
const CLOSE_SECONDS = 5;
/** Between attempts to connect. The driver's own goes up to 20 seconds. */
const MAX_PAUSE_SECONDS = 2;
/** While a server takes no writes, each failed one would otherwise open new connections to it. */
const LEAVE_EVERY_MS = 500;
const pauseSeconds = (attempts: number): number => Math.min(0.05 * 2 ** attempts, MAX_PAUSE_SECONDS);

/**
 * Like `postgres(url, options)`, for a server that is no standby. Prepares the queries of `unsafe`: ours come from a fixed
 * set of texts. Rejects all work in flight on a connection that is lost, as the driver does.
 */
export function openPool(url: string, options: Options): postgres.Sql {
  let current = postgres(url, { backoff: pauseSeconds, target_session_attrs: 'primary', ...options });
  let isEnding = false;
  let leftAt = Number.NEGATIVE_INFINITY;
  const replaceAll = (lost: postgres.Sql) => {
    if (isEnding || lost !== current) return;
    // Not `options`: Drizzle has put its own parsers into these.
    current = postgres(lost.options as unknown as Options);
    void lost.end({ timeout: CLOSE_SECONDS }).catch(() => {});
  };
  return facade<postgres.Sql>(() => {
    const client = current;
    const leave = () => {
      if (performance.now() - leftAt < LEAVE_EVERY_MS) return;
      leftAt = performance.now();
      replaceAll(client);
    };
    const lossState: LossState = { isLost: false, lose: () => replaceAll(client), leave };
    return {
      client,
      lossState,
      overrides: {
        begin: (...args: unknown[]) => begin(client, lossState, args),
        end: (how?: { timeout?: number }) => {
          isEnding = true;
          return client.end(how);
        },
      },
    };
  });
}

type Target<T> = { client: T; lossState: LossState; overrides: Record<string, unknown> };

/** Looks like a client, and passes everything to the present one. */
function facade<T extends Client>(target: () => Target<T>): T {
  return new Proxy((() => {}) as unknown as T, {
    apply(_target, _this, args: unknown[]) {
      const { client, lossState } = target();
      demandAlive(lossState);
      return watch(Reflect.apply(client, undefined, args), lossState);
    },
    get(_target, name: string) {
      const { client, lossState, overrides } = target();
      if (name in overrides) return overrides[name];
      if (name === 'unsafe')
        return (text: string, values?: never[], options?: postgres.UnsafeQueryOptions) => {
          demandAlive(lossState);
          return watch(client.unsafe(text, values, { ...options, prepare: true }), lossState);
        };
      const value: unknown = Reflect.get(client, name);
      return typeof value === 'function' ? value.bind(client) : value;
    },
  });
}

/** Runs the work between the driver's own BEGIN and COMMIT. Rejects at once when the connection is lost. */
function begin(client: postgres.Sql, pool: LossState, args: unknown[]): Promise<unknown> {
  const work = args.pop() as Work;
  return new Promise((resolve, reject) => {
    const lossState: LossState = {
      isLost: false,
      leave: pool.leave,
      lose(error) {
        lossState.isLost = true;
        pool.lose(error);
        reject(error);
      },
    };
    let hasBegun = false;
    const fail = (error: unknown) => {
      if (isLoss(error)) return lossState.lose(error);
      // The driver names the query of most errors. Here, that tells the database's from those of other connections.
      if (!hasBegun && error instanceof Error && !('query' in error))
        Object.assign(error, { query: 'begin' });
      reject(error);
    };
    const run = client.begin as (...args: unknown[]) => Promise<unknown>;
    run(...args, (tx: postgres.TransactionSql) => {
      hasBegun = true;
      return runUnlessLost(lossState, () => work(transactionFacade(tx, lossState)));
    }).then(resolve, fail);
  });
}

function transactionFacade(tx: postgres.TransactionSql, lossState: LossState): postgres.TransactionSql {
  const savepoint = (...args: unknown[]) => {
    const work = args.pop() as Work;
    demandAlive(lossState);
    const run = tx.savepoint as (...args: unknown[]) => Promise<unknown>;
    return run(...args, (inner: postgres.TransactionSql) =>
      runUnlessLost(lossState, () => work(transactionFacade(inner, lossState))),
    );
  };
  return facade(() => ({ client: tx, lossState, overrides: { savepoint } }));
}

/** Never settles once the connection is lost, because the driver would then send a ROLLBACK or COMMIT over it. */
async function runUnlessLost(lossState: LossState, work: () => unknown): Promise<unknown> {
  try {
    const result = await work();
    if (!lossState.isLost) return result;
  } catch (error) {
    if (isLoss(error)) lossState.lose(error);
    if (!lossState.isLost) throw error;
  }
  return new Promise(() => {});
}

function demandAlive({ isLost }: LossState): void {
  if (isLost) throw Object.assign(new Error('the connection was lost'), { code: 'CONNECTION_CLOSED' });
}

/** Notices a loss as soon as the driver rejects the query, before another query can start. */
function watch<T>(query: T, lossState: LossState): T {
  const rejecting = query as { reject?(error: unknown): void };
  const { reject } = rejecting;
  if (typeof reject !== 'function') return query;
  rejecting.reject = (error) => {
    if (isLoss(error)) lossState.lose(error);
    else if (isReadOnly(error)) lossState.leave();
    reject(error);
  };
  return query;
}

/** A server that was demoted, or a session that began while the database was read-only. */
const isReadOnly = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '25006';

/**
 * Codes of the driver, and of the socket when the driver has added the query. An error of the server is no loss, nor is a
 * refused connection. A connection that takes too long to open may be one that never sends anything.
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
