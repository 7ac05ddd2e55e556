// When an event is sent again. After three days it is given up.

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];
/** The waits after the first, second … attempt, 72 hours in all. Source: Standard Webhooks. */
const WAITS_MS = [
  ...[5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR],
  ...[14 * HOUR, 20 * HOUR, 20 * HOUR],
];
/** So much of a wait is left to chance, lest all come back at once. */
const JITTER = 0.1;
/** What a receiver asks for counts up to this. */
const MAX_ASKED_MS = 6 * HOUR;

export const GIVEN_UP_AFTER_HOURS = 72;
/** A webhook that has failed for so long is paused. */
export const PAUSED_AFTER_HOURS = 5 * 24;

/** How long to wait after the attempt of this number, 1 for the first; null after the last. */
export function retryWaitMs(
  attempt: number,
  random: (size: number) => Uint8Array,
  askedMs: number | null,
): number | null {
  const wait = WAITS_MS[attempt - 1];
  if (wait === undefined) return null;
  const [byte = 0] = random(1);
  const jittered = wait * (1 - JITTER + (2 * JITTER * byte) / 255);
  return Math.round(Math.max(jittered, Math.min(askedMs ?? 0, MAX_ASKED_MS)));
}
