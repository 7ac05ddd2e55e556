// Takes from HAProxy's tables of counters what was counted since the last time.
import { setTimeout as delay } from 'node:timers/promises';
import type { CallOutcome } from '../../domain/call-counts.ts';
import type { DrainedCalls } from '../pushed/carrier.ts';
import { CALLS_TABLES } from './config.ts';
import type { RuntimeSocket } from './socket.ts';
import { isStopping, tellMoment, type Worker } from './worker.ts';

const ROW = /key=(([^.\s]*?)(?:\.(\w{6}))?\/(\S*)\/(\w+)) .*gpt0=(\d+) gpc0=(\d+)/;
/** Until no call is counted on the former side: each is counted as soon as it is judged. */
const TURN_MS = 50;

/** `calls`: since it was taken last. `counted`: altogether. */
type Counter = DrainedCalls & { key: string; counted: number };

async function readCounters(socket: RuntimeSocket, side: 0 | 1): Promise<Counter[]> {
  const shown = await socket.ask(`show table ${CALLS_TABLES[side]} data.gpc0 gt 0`);
  const counters: Counter[] = [];
  for (const line of shown.split('\n')) {
    const [, key, subscriptionTag = '', mark, apiToken = '', outcome, taken, counted] = ROW.exec(line) ?? [];
    if (key === undefined) continue;
    // A counter of 32 bits that has begun again gives nothing.
    const calls = Math.max(0, Number(counted) - Number(taken));
    counters.push({
      key,
      subscriptionTag,
      keyMark: mark?.toLowerCase() ?? null,
      apiToken,
      outcome: outcome as CallOutcome,
      calls,
      counted: Number(counted),
    });
  }
  return counters;
}

export async function drainWorker(worker: Worker): Promise<DrainedCalls[]> {
  // What it has counted is there until it has all facts.
  if (!worker.facts) return [];
  const former = worker.side;
  worker.side = former === 0 ? 1 : 0;
  await tellMoment(worker);
  await delay(TURN_MS);
  return takeCalls(worker, former);
}

/**
 * Takes all of a side on which nothing is counted any more. What a call still uses can't be cleared: HAProxy keeps beside it
 * how much of it was taken, so that this comes once, also to an agent that starts again.
 */
async function takeCalls(worker: Worker, side: 0 | 1): Promise<DrainedCalls[]> {
  const [socket, table] = [worker.counters, CALLS_TABLES[side]];
  const counters = await readCounters(socket, side);
  // The new worker has learned them, so it gives them.
  if (await isStopping(worker)) return [];
  await socket.tell([`clear table ${table}`]);
  const left = await readCounters(socket, side);
  const shown = new Map(left.length > 0 ? counters.map(({ key, counted }) => [key, counted]) : []);
  await socket.tell(
    left
      .filter(({ key, calls }) => calls > 0 && shown.has(key))
      .map(({ key }) => `set table ${table} key ${key} data.gpt0 ${shown.get(key)}`),
  );
  return counters.filter(({ calls }) => calls > 0);
}
