// Calls of one kind that come together: one statement for all of them.
import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from './connect.ts';

const MAX_AT_ONCE = 100;
/** A batch that takes longer, perhaps on a connection that hangs, holds up no further ones. */
const PATIENCE_MS = 100;

/**
 * Returns a function of one item. Calls that come while others are on their way wait for them, and then go together: on the
 * pool, or in a transaction those of that transaction. `run` gives the results in the order of the items.
 */
export function inBatches<Item, Result>(run: (db: Db, items: Item[]) => Promise<Result[]>) {
  type Waiting = { item: Item; done(result: Result): void; failed(error: unknown): void };
  const queues = new WeakMap<Db, Waiting[]>();
  async function runTogether(db: Db, batch: Waiting[]): Promise<void> {
    try {
      const results = await run(
        db,
        batch.map(({ item }) => item),
      );
      for (const [index, { done }] of batch.entries()) done(results[index] as Result);
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  }
  async function runAll(db: Db, waiting: Waiting[]): Promise<void> {
    while (waiting.length > 0)
      await Promise.race([runTogether(db, waiting.splice(0, MAX_AT_ONCE)), delay(PATIENCE_MS)]);
    queues.delete(db);
  }
  return (db: Db, item: Item) =>
    new Promise<Result>((done, failed) => {
      const call = { item, done, failed };
      const waiting = queues.get(db);
      if (waiting) return void waiting.push(call);
      const first = [call];
      queues.set(db, first);
      // After what is ready now, so that it goes along.
      setImmediate(() => void runAll(db, first));
    });
}
