import { type SQL, sql } from 'drizzle-orm';
import type { CountedCalls } from '../../domain/call-counts.ts';

const HOUR_MS = 3_600_000;

/** The calls as rows of SQL, named `c`. Statements may share them. */
export function rowsOfCalls(calls: readonly CountedCalls[]): SQL {
  const rows = calls.map(({ subscription, keyMark, productId, apiId, outcome, calls, lastAt }) => ({
    subscription: subscription?.id,
    key: keyMark,
    ...{ product: productId ?? '', api: apiId ?? '', outcome, calls },
    ...{ at: lastAt / 1_000, hour: (lastAt - (lastAt % HOUR_MS)) / 1_000 },
  }));
  return sql`(select subscription, key, product, api, outcome, calls, to_timestamp(at) as at, to_timestamp(hour) as hour
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (
      subscription text, key text, product text, api text, outcome text, calls bigint, at float8, hour float8)) as c`;
}

/** The same calls without their subscriptions: one row for each product, API, outcome and hour. */
export function summed(calls: readonly CountedCalls[]): CountedCalls[] {
  const sums = new Map<string, CountedCalls>();
  for (const row of calls) {
    // No id has a space.
    const key = `${row.productId ?? ''} ${row.apiId ?? ''} ${row.outcome} ${Math.floor(row.lastAt / HOUR_MS)}`;
    const sum = sums.get(key);
    if (sum) sum.calls += row.calls;
    else sums.set(key, { ...row, subscription: null });
  }
  return [...sums.values()];
}
