// What was made of each subscription, gathered in memory and written together: a crash loses the last seconds of it.
import type { Log } from '../log.ts';
import type { GatewaySource } from './source.ts';

const WRITE_EVERY_MS = 5_000;
const ROWS_AT_ONCE = 2_000;
/** Beyond this, with the database away, further subscriptions are not counted any more. */
const MAX_KEPT = 200_000;

type Use = { calls: number; lastUsedMs: number };

export function createUsage(addUsage: GatewaySource['addUsage'], log: Log) {
  let uses = new Map<string, Use>();
  let writing: Promise<void> | null = null;
  const timer = setInterval(() => void write(), WRITE_EVERY_MS);

  function add(id: string, calls: number, lastUsedMs: number): void {
    const use = uses.get(id);
    if (use) {
      use.calls += calls;
      if (lastUsedMs > use.lastUsedMs) use.lastUsedMs = lastUsedMs;
    } else if (uses.size < MAX_KEPT) uses.set(id, { calls, lastUsedMs });
  }

  async function writeAll(): Promise<void> {
    const taken = [...uses];
    uses = new Map();
    for (let at = 0; at < taken.length; at += ROWS_AT_ONCE) {
      const rows = taken.slice(at, at + ROWS_AT_ONCE);
      try {
        await addUsage(
          rows.map(([subscriptionId, { calls, lastUsedMs }]) => ({
            subscriptionId,
            calls,
            lastUsedAt: new Date(lastUsedMs),
          })),
        );
      } catch (error) {
        log.warn({ err: error, waiting: taken.length - at }, 'usage not written');
        // What this statement held was rolled back, and what follows was not begun: both are for the next time.
        for (const [id, { calls, lastUsedMs }] of taken.slice(at)) add(id, calls, lastUsedMs);
        return;
      }
    }
  }

  /** One at a time: what comes meanwhile is for the next. */
  function write(): Promise<void> {
    writing ??= writeAll().finally(() => {
      writing = null;
    });
    return writing;
  }

  return {
    note: (subscriptionId: string, nowMs: number) => add(subscriptionId, 1, nowMs),
    write,
    async stop(): Promise<void> {
      clearInterval(timer);
      await writing;
      await write();
    },
  };
}
