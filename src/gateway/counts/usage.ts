// Writes the calls that were counted, every few seconds. A crash loses the last seconds.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { CallBatch, QuotaUse } from '../../domain/call-counts.ts';
import type { Log } from '../../log.ts';
import type { GatewaySource } from '../source.ts';
import { createCallCounter } from './call-counter.ts';

const WRITE_EVERY_MS = 5_000;
/** How long a stop may take. */
export const MAX_STOP_MS = 3_000;
const RETRY_MS = 250;
const ROWS_AT_ONCE = 2_000;
/** Gateways whose last batch is remembered. */
const MAX_GATEWAYS = 1_000;

export function createUsage(addUsage: GatewaySource['addUsage'], log: Log) {
  const source = randomBytes(12).toString('hex');
  const counter = createCallCounter();
  let lastNumber = 0;
  /** It may have been written although its answer was lost: it is sent again as it was. */
  let unsent: CallBatch | null = null;
  let writing: Promise<boolean> | null = null;
  /** The number of the last batch of each other gateway that the totals have. */
  const lastNumbers = new Map<string, number>();
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

  /** Writes what another gateway counted, and adds it to the totals, once if it comes twice. */
  async function addBatch(batch: CallBatch): Promise<QuotaUse[]> {
    const uses = await addUsage(batch);
    if (batch.number <= (lastNumbers.get(batch.source) ?? 0)) return uses;
    lastNumbers.delete(batch.source);
    lastNumbers.set(batch.source, batch.number);
    for (const oldest of lastNumbers.keys()) if (lastNumbers.size > MAX_GATEWAYS) lastNumbers.delete(oldest);
    counter.addToTotals(batch.calls);
    return uses;
  }

  return {
    add: counter.add,
    addBatch,
    totals: counter.totals,
    writeNow,
    async stop(): Promise<void> {
      const endsAt = performance.now() + MAX_STOP_MS;
      clearInterval(timer);
      while (!(await writeNow()) && performance.now() < endsAt) await delay(RETRY_MS);
    },
  };
}
