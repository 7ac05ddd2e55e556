const POLL_MS = 15;
const DEFAULT_WAIT_MS = 20_000;

/** Looks again and again, for a bounded time, until `look` finds something; throws with `what` when it never does. */
export async function eventually<T>(
  what: string | (() => string),
  look: () => T | null | undefined | false | Promise<T | null | undefined | false>,
  waitMs = DEFAULT_WAIT_MS,
): Promise<T> {
  const until = performance.now() + waitMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > until)
      throw new Error(`waited ${waitMs} ms in vain for ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
