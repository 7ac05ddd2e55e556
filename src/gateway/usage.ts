// Counts the calls of each subscription in memory and writes them together. A crash loses the last seconds.
import type { CallingSubscription } from '../domain/may-call.ts';
import type { Log } from '../log.ts';
import type { GatewaySource } from './source.ts';

const WRITE_EVERY_MS = 5_000;
const ROWS_AT_ONCE = 2_000;
/** While the database is away, calls of further subscriptions aren't counted. */
const MAX_KEPT = 200_000;

type Use = { subscriptionId: string; createdAt: number; calls: number; lastUsedMs: number };

export function createUsage(addUsage: GatewaySource['addUsage'], log: Log) {
  /** By the subscription's id and creation: a former one may have had the id. */
  let uses = new Map<string, Use>();
  let writing: Promise<boolean> | null = null;
  const timer = setInterval(() => void write(), WRITE_EVERY_MS);

  function add(added: Use): void {
    const { subscriptionId, createdAt, calls, lastUsedMs } = added;
    const key = `${createdAt} ${subscriptionId}`;
    const use = uses.get(key);
    if (use) {
      use.calls += calls;
      if (lastUsedMs > use.lastUsedMs) use.lastUsedMs = lastUsedMs;
    } else if (uses.size < MAX_KEPT) uses.set(key, added);
  }

  async function writeAll(): Promise<boolean> {
    const taken = [...uses.values()];
    uses = new Map();
    for (let at = 0; at < taken.length; at += ROWS_AT_ONCE) {
      const rows = taken.slice(at, at + ROWS_AT_ONCE);
      try {
        await addUsage(rows.map(({ lastUsedMs, ...row }) => ({ ...row, lastUsedAt: new Date(lastUsedMs) })));
      } catch (error) {
        log.warn({ err: error, waiting: taken.length - at }, 'usage not written');
        // These rows were rolled back and the next ones weren't sent: the next write has both.
        for (const use of taken.slice(at)) add(use);
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
    note: ({ id, createdAt }: Pick<CallingSubscription, 'id' | 'createdAt'>, nowMs: number) =>
      add({ subscriptionId: id, createdAt, calls: 1, lastUsedMs: nowMs }),
    writeNow,
    async stop(): Promise<void> {
      clearInterval(timer);
      await writeNow();
    },
  };
}
