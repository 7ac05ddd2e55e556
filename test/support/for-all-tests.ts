import { afterAll, beforeAll } from 'vitest';

/**
 * What all tests of a file, or of a `describe`, share: it is made before the first of them, in the order of these calls, and
 * closed after the last, in the reverse order. Empty until then.
 */
export function forAllTests<Thing extends { close(): unknown }>(
  make: () => Promise<Thing> | Thing,
  waitMs?: number,
): Thing {
  const thing = {} as Thing;
  beforeAll(async () => {
    Object.assign(thing, await make());
  }, waitMs);
  afterAll(async () => {
    // Nothing to close when it could not be made.
    await thing.close?.();
  }, waitMs);
  return thing;
}
