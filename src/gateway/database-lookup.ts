// Looks up one call in the database, while the index is loading or can't be trusted.
import type { CallQuery, CallRows } from '../domain/gateway-rows.ts';
import { createConcurrencyLimit } from '../security/concurrency-limit.ts';
import { withTimeout } from '../web/with-timeout.ts';
import type { GatewaySource } from './source.ts';

const CONNECTIONS = 4;
const MAX_CONCURRENT = 40;
const MAX_WAITING = 400;
/** A gateway and its client wait this long. */
const MAX_QUERY_MS = 1_500;

export function createDatabaseLookup(source: Pick<GatewaySource, 'openRows'>) {
  const limited = createConcurrencyLimit(MAX_CONCURRENT, MAX_WAITING);
  let rows = source.openRows(CONNECTIONS);
  let isStopped = false;

  return {
    /** Rejects when the database is away or slow, or when too many checks wait for it. */
    async find(query: CallQuery): Promise<CallRows> {
      let used = rows;
      try {
        return await limited(() => {
          used = rows;
          return withTimeout(MAX_QUERY_MS, used.findCall(query));
        });
      } catch (error) {
        // A query that failed without an error of the database may still hang. Other checks must not wait behind it.
        const hangs = !(error instanceof Error && 'code' in error);
        if (hangs && used === rows && !isStopped) {
          rows = source.openRows(CONNECTIONS);
          used.abandon();
        }
        throw error;
      }
    },
    async stop(): Promise<void> {
      isStopped = true;
      await rows.close().catch(() => {});
    },
  };
}
