// Calls as they are counted: how many ended in which way.
import type { CallRefusal } from './may-call.ts';

/** `passed`; `rate_limited` (429); the rule's refusal of a known key; `no_key` (401); `unreadable`: an address or key refused with 400. */
export type CallOutcome = 'passed' | 'rate_limited' | CallRefusal | 'no_key' | 'unreadable';

/** Calls of one kind. `lastAt`: the last one, in milliseconds since 1970. */
export type CountedCalls = {
  /** `createdAt` tells it from a former one with its id. Null: without a subscription. */
  subscription: { id: string; createdAt: number } | null;
  /** Of its key, as in `keyMark`. Null: no key counted. */
  keyMark: string | null;
  /** The product by which the call passed or was refused. */
  productId: string | null;
  apiId: string | null;
  outcome: CallOutcome;
  calls: number;
  lastAt: number;
};

/** Sent again with the same number when its answer was lost: it counts once. Numbers of a source only grow. */
export type CallBatch = { source: string; number: number; calls: readonly CountedCalls[] };

/** Where a subscription with a quota stands after a batch, in its current period. Times are milliseconds since 1970. */
export type QuotaUse = {
  subscriptionId: string;
  createdAt: number;
  startsAt: number;
  endsAt: number;
  calls: number;
};

/** The sums of counts by name. */
export function addUp(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
