// How many calls ended in which way, in memory, until they are taken to be written.
import type { CountedCalls } from '../../domain/call-counts.ts';

const HOUR_MS = 3_600_000;
/** Beyond, while the database is away, calls of further subscriptions count without one; beyond twice as many, not at all. */
const MAX_ROWS = 200_000;

/** Calls of one hour. `inTotals`: how many of them the totals have already. */
type Row = CountedCalls & { hour: number; inTotals: number };

export function createCallCounter(maxRows = MAX_ROWS) {
  const totals = createCallTotals();
  /** By the subscription's id; without one by the API's, behind a slash, which no id has. */
  let kept = new Map<string, Row[]>();
  let size = 0;

  function addKnown(added: CountedCalls, inTotals: number): void {
    const { subscription, keyMark, productId, apiId, outcome, calls, lastAt } = added;
    const hour = Math.floor(lastAt / HOUR_MS);
    const key = subscription ? subscription.id : `/${apiId ?? ''}`;
    const rows = kept.get(key);
    // Not `find`: this runs at every call.
    if (rows)
      for (const row of rows)
        if (row.hour === hour && isSameKind(row, added)) {
          row.calls += calls;
          row.inTotals += inTotals;
          if (lastAt > row.lastAt) row.lastAt = lastAt;
          return;
        }
    if (subscription && size >= maxRows) addKnown({ ...added, subscription: null, keyMark: null }, inTotals);
    else if (size < 2 * maxRows) {
      // Only these two fields: the caller may be a row of the index.
      const caller = subscription && { id: subscription.id, createdAt: subscription.createdAt };
      const first = {
        subscription: caller,
        keyMark,
        productId,
        apiId,
        outcome,
        calls,
        lastAt,
        hour,
        inTotals,
      };
      if (rows) rows.push(first);
      else kept.set(key, [first]);
      size += 1;
    }
  }

  function* eachRow(): Iterable<Row> {
    for (const rows of kept.values()) yield* rows;
  }

  function bringTotalsUpToDate(): void {
    for (const row of eachRow()) {
      totals.add(row, row.calls - row.inTotals);
      row.inTotals = row.calls;
    }
  }

  return {
    get size() {
      return size;
    },
    /** A former subscription with the same id stays apart. */
    add: (calls: CountedCalls) => addKnown(calls, 0),
    /** Empties it. */
    takeAll(): CountedCalls[] {
      bringTotalsUpToDate();
      const taken = [...eachRow()].map(({ hour: _hour, inTotals: _inTotals, ...row }) => row);
      kept = new Map();
      size = 0;
      return taken;
    },
    putBack(taken: readonly CountedCalls[]): void {
      for (const row of taken) addKnown(row, row.calls);
    },
    addToTotals(calls: readonly CountedCalls[]): void {
      for (const row of calls) totals.add(row, row.calls);
    },
    /** Since the process started, also those that were taken. */
    totals() {
      bringTotalsUpToDate();
      return totals.read();
    },
  };
}

const isSameKind = (row: CountedCalls, other: CountedCalls): boolean =>
  row.apiId === other.apiId &&
  row.outcome === other.outcome &&
  row.productId === other.productId &&
  row.keyMark === other.keyMark &&
  row.subscription?.createdAt === other.subscription?.createdAt;

type CallTotal = Pick<CountedCalls, 'productId' | 'apiId' | 'outcome' | 'calls'>;

/** Each is a series that Prometheus keeps. Calls of further kinds count with neither product nor API. */
const MAX_SERIES = 10_000;

function createCallTotals() {
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
