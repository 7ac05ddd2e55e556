// How orders for Azure are shared out, and when one that could not be sent is tried again.

/**
 * `changed`: the thing was changed since it was read. `early`: what was read may be from before our own last write.
 * `missing`: something that it refers to isn't in Azure yet. `unreachable`, `throttled`, `credential`: nothing can be asked.
 * `failed`: an error of Azure's own.
 */
export type LaterCode =
  | 'unreachable'
  | 'throttled'
  | 'credential'
  | 'changed'
  | 'missing'
  | 'failed'
  | 'early';

/** Orders are sent by two jobs at a time, each with half of the lanes. */
export const ORDER_HALVES = [0, 1] as const;

const SECOND_MS = 1_000;
/** The first wait, which doubles, and the longest one. */
const WAITS: Record<LaterCode, readonly [first: number, longest: number]> = {
  unreachable: [SECOND_MS, 30 * SECOND_MS],
  throttled: [10 * SECOND_MS, 60 * SECOND_MS],
  credential: [60 * SECOND_MS, 60 * SECOND_MS],
  changed: [SECOND_MS, 15 * SECOND_MS],
  early: [SECOND_MS, 15 * SECOND_MS],
  missing: [2 * SECOND_MS, 3_600 * SECOND_MS],
  failed: [2 * SECOND_MS, 600 * SECOND_MS],
};
/** A race is over at once, and what was read may be fresh the next moment. */
const AT_ONCE: readonly LaterCode[] = ['changed', 'early'];
const TRIES_AT_ONCE = 2;
const MAX_DOUBLINGS = 16;

/** How long to wait after that many attempts. Azure's own word counts where it gave one. */
export function waitBeforeRetry(code: LaterCode, attempts: number, retryAfterMs: number | null): number {
  if (retryAfterMs !== null) return retryAfterMs;
  const [first, longest] = WAITS[code];
  const before = attempts - (AT_ONCE.includes(code) ? TRIES_AT_ONCE : 0);
  return before < 1 ? 0 : Math.min(longest, first * 2 ** Math.min(before - 1, MAX_DOUBLINGS));
}

/** Whether no other order would fare better, so that none is sent before the wait is over. */
export const concernsAllOrders = (code: LaterCode): boolean =>
  code === 'unreachable' || code === 'throttled' || code === 'credential';
