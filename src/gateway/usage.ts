// Counts the calls of each subscription in memory and writes them together. A crash loses the last seconds.
import type { Log } from '../log.ts';
import type { GatewaySource } from './source.ts';

const WRITE_EVERY_MS = 5_000;
const ROWS_AT_ONCE = 2_000;
/** While the database is away, calls of further subscriptions aren't counted. */
const MAX_KEPT = 200_000;

type Use = { calls: number; firstUsedMs: number; lastUsedMs: number };

export function createUsage(addUsage: GatewaySource['addUsage'], log: Log) {
  let uses = new Map<string, Use>();
  let writing: Promise<boolean> | null = null;
  const timer = setInterval(() => void write(), WRITE_EVERY_MS);

  function add(id: string, { calls, firstUsedMs, lastUsedMs }: Use): void {
    const use = uses.get(id);
    if (use) {
      use.calls += calls;
      if (firstUsedMs < use.firstUsedMs) use.firstUsedMs = firstUsedMs;
      if (lastUsedMs > use.lastUsedMs) use.lastUsedMs = lastUsedMs;
    } else if (uses.size < MAX_KEPT) uses.set(id, { calls, firstUsedMs, lastUsedMs });
  }

  async function writeAll(): Promise<boolean> {
    const taken = [...uses];
    uses = new Map();
    for (let at = 0; at < taken.length; at += ROWS_AT_ONCE) {
      const rows = taken.slice(at, at + ROWS_AT_ONCE);
      try {
        await addUsage(
          rows.map(([subscriptionId, { calls, firstUsedMs, lastUsedMs }]) => ({
            subscriptionId,
            calls,
            firstUsedAt: new Date(firstUsedMs),
            lastUsedAt: new Date(lastUsedMs),
          })),
        );
      } catch (error) {
        log.warn({ err: error, waiting: taken.length - at }, 'usage not written');
        // These rows were rolled back and the next ones weren't sent: the next write has both.
        for (const [id, use] of taken.slice(at)) add(id, use);
        return false;
      }
    }
    return true;
  }

  /** One write at a time; the next one has the calls that come meanwhile. False when it failed. */
  function write(): Promise<boolean> {
    writing ??= writeAll().finally(() => {
      writing = null;
    });
    return writing;
  }

  /** Also the calls that came during a write that is under way. */
  async function writeNow(): Promise<boolean> {
    await writing;
    return write();
  }

  return {
    note: (subscriptionId: string, nowMs: number) =>
      add(subscriptionId, { calls: 1, firstUsedMs: nowMs, lastUsedMs: nowMs }),
    writeNow,
    async stop(): Promise<void> {
      clearInterval(timer);
      await writeNow();
    },
  };
}
