import { type SQL, sql } from 'drizzle-orm';
import type { CountedCalls } from '../../domain/call-counts.ts';

const HOUR_MS = 3_600_000;

/** The calls as rows of SQL, named `c`. */
export function rowsOfCalls(calls: readonly CountedCalls[]): SQL {
  const rows = calls.map(({ subscription, productId, apiId, outcome, calls, lastAt }) => ({
    subscription: subscription?.id,
    ...{ product: productId ?? '', api: apiId ?? '', outcome, calls },
    ...{ at: new Date(lastAt), hour: new Date(lastAt - (lastAt % HOUR_MS)) },
  }));
  return sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as c (
    subscription text, product text, api text, outcome text, calls bigint, at timestamptz, hour timestamptz)`;
}
