// The order in which changes reach a gateway, one after the other.
import type { PushedChange } from './carrier.ts';
import { compareRecords } from './record.ts';

/** Two records of a key, null for none. `from` is undefined when no more than its account or its absence is known. */
export type KeyChange = { from: string | null | undefined; to: string | null };

/**
 * First the keys that may do less; then the catalog; then those that may do more, which may need what is new in it. A key
 * that may do other things is away while the catalog changes: with one of the two, it could do what it may do neither
 * before nor afterwards.
 */
export function inOrder(
  keys: ReadonlyMap<string, KeyChange>,
  catalog: readonly PushedChange[],
): PushedChange[] {
  const first: PushedChange[] = [];
  const last: PushedChange[] = [];
  for (const [key, { from, to }] of keys) {
    const change: PushedChange = { map: 'keys', key, value: to };
    const compared = compareRecords(from ?? null, to);
    const isAway = compared === 'other' && catalog.length > 0;
    if (isAway) first.push({ ...change, value: null });
    if (compared === 'more' || isAway) last.push(change);
    else first.push(change);
  }
  return [...first, ...catalog, ...last];
}
