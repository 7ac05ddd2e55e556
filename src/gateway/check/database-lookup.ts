// Looks up one call, or what is used of quotas, in the database, while the index is loading or can't be trusted.
import type { QuotaUse } from '../../domain/call-counts.ts';
import type { CallQuery, CallRows } from '../../domain/gateway-rows.ts';
import { createConcurrencyLimit } from '../../security/concurrency-limit.ts';
import { createRenewedRows } from '../follow/renewed-rows.ts';
import type { GatewaySource } from '../source.ts';

const CONNECTIONS = 4;
const MAX_CONCURRENT = 40;
const MAX_WAITING = 400;
/** A gateway and its client wait this long. */
const MAX_QUERY_MS = 1_500;

export type DatabaseLookup = ReturnType<typeof createDatabaseLookup>;

export function createDatabaseLookup(source: Pick<GatewaySource, 'openRows'>) {
  const limited = createConcurrencyLimit(MAX_CONCURRENT, MAX_WAITING);
  const rows = createRenewedRows(source, CONNECTIONS);
  return {
    /** Rejects when the database is away or slow, or when too many checks wait for it. */
    find: (query: CallQuery): Promise<CallRows> =>
      limited(() => rows.use(MAX_QUERY_MS, ({ findCall }) => findCall(query))),
    quotaUse: (subscriptionIds: readonly string[]): Promise<QuotaUse[]> =>
      limited(() => rows.use(MAX_QUERY_MS, ({ quotaUse }) => quotaUse(subscriptionIds))),
    stop: rows.stop,
  };
}
