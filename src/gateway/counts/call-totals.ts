// Counts calls by product, API and outcome since the process started, for the metrics. Never by subscription.
import type { CountedCalls } from '../../domain/call-counts.ts';

export type CallTotal = Pick<CountedCalls, 'productId' | 'apiId' | 'outcome' | 'calls'>;

/** Each is a series that Prometheus keeps. Calls of further kinds count with neither product nor API. */
const MAX_SERIES = 10_000;

export function createCallTotals() {
  const byKey = new Map<string, CallTotal>();
  function add({ productId, apiId, outcome }: Omit<CallTotal, 'calls'>, calls: number): void {
    // No id has a space.
    const key = `${productId ?? ''} ${apiId ?? ''} ${outcome}`;
    const total = byKey.get(key);
    if (total) total.calls += calls;
    else if (byKey.size < MAX_SERIES || (productId === null && apiId === null))
      byKey.set(key, { productId, apiId, outcome, calls });
    else add({ productId: null, apiId: null, outcome }, calls);
  }
  return { add, read: (): CallTotal[] => [...byKey.values()] };
}
