const POLL_MS = 15;
const SELDOM_MS = 60;
const DEFAULT_WAIT_MS = 20_000;

/** Polls until `look` finds something. Unlike `vi.waitUntil` it says what it waited for, and runs outside Vitest too. */
export async function eventually<T>(
  what: string | (() => string),
  look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  waitMs = DEFAULT_WAIT_MS,
): Promise<T> {
  const begun = performance.now();
  const until = begun + waitMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > until)
      throw new Error(`${waitMs} ms were too short for ${typeof what === 'string' ? what : what()}`);
    // Less often the longer it takes: what others wait for comes later when a dozen files look all the time.
    const pause = Math.min(SELDOM_MS, Math.max(POLL_MS, (performance.now() - begun) / 20));
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
