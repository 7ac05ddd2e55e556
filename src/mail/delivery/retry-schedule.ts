// When to try a mail again, and when to stop.
/** Waits before the second, third … attempt. The last one repeats. */
const DELAYS_SECONDS = [10, 30, 60, 120, 300, 600, 900] as const;
const LAST_DELAY_SECONDS = 900;
/** A fifth to either side, so that mails that failed together don't retry together. */
const JITTER = 0.2;

/** Resend remembers an idempotency key for 24 h. After that, another attempt could send the mail twice. */
const MAX_UNCERTAIN_HOURS = 23;

/** Seconds until the next attempt, after `attempt` (from 1) failed. At least what Resend asked for. */
export function nextAttemptDelaySeconds(
  attempt: number,
  random: (size: number) => Uint8Array,
  retryAfterSeconds = 0,
): number {
  const base = DELAYS_SECONDS[Math.max(1, Math.trunc(attempt)) - 1] ?? LAST_DELAY_SECONDS;
  const [byte = 0] = random(1);
  const factor = 1 - JITTER + (2 * JITTER * byte) / 255;
  return Math.max(Math.round(base * factor), Math.ceil(retryAfterSeconds));
}

/** Whether a mail may be tried again, when its first attempt was at `firstAttemptAt` (null: there was none). */
export function mayTryAgain(firstAttemptAt: Date | null, now: Date): boolean {
  return (
    firstAttemptAt === null || now.getTime() - firstAttemptAt.getTime() <= MAX_UNCERTAIN_HOURS * 3_600_000
  );
}
