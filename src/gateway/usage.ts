// Writes the calls that were counted, every few seconds. A crash loses the last seconds.
import { randomBytes } from 'node:crypto';
import type { CallBatch } from '../domain/call-counts.ts';
import type { Log } from '../log.ts';
import { createCallCounter } from './call-counter.ts';
import type { GatewaySource } from './source.ts';

const WRITE_EVERY_MS = 5_000;
const ROWS_AT_ONCE = 2_000;

export type Usage = ReturnType<typeof createUsage>;

export function createUsage(addUsage: GatewaySource['addUsage'], log: Log) {
  const source = randomBytes(12).toString('hex');
  const counter = createCallCounter();
  let lastNumber = 0;
  /** It may have been written although its answer was lost: it is sent again as it was. */
  let unsent: CallBatch | null = null;
  let writing: Promise<boolean> | null = null;
  const timer = setInterval(() => void write(), WRITE_EVERY_MS);

  async function send(batch: CallBatch): Promise<boolean> {
    unsent = batch;
    try {
      await addUsage(batch);
      unsent = null;
    } catch (error) {
      log.warn({ err: error, waiting: batch.calls.length + counter.size }, 'usage not written');
    }
    return unsent === null;
  }

  async function writeAll(): Promise<boolean> {
    if (unsent && !(await send(unsent))) return false;
    const taken = counter.takeAll();
    while (taken.length > 0) {
      lastNumber += 1;
      if (await send({ source, number: lastNumber, calls: taken.splice(0, ROWS_AT_ONCE) })) continue;
      // They were in no batch yet, so the next ones may have them together with later calls.
      counter.putBack(taken);
      return false;
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
    add: counter.add,
    totals: counter.totals,
    writeNow,
    async stop(): Promise<void> {
      clearInterval(timer);
      await writeNow();
    },
  };
}
