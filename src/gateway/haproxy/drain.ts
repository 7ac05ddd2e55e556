// Takes from HAProxy's table of counters what was counted since the last time.
import type { CallOutcome } from '../../domain/call-counts.ts';
import type { DrainedCalls } from '../pushed/carrier.ts';
import { CALLS_TABLE } from './config.ts';
import type { Worker } from './worker.ts';

/** A counter that HAProxy has not shown for longer counts as idle. */
const RECENT_MS = 20_000;
const ROW = /key=(\S*)\/(\S*)\/(\w+) .*gpt0=(\d+) gpc0=(\d+)/;
const SIZE = /size:(\d+), used:(\d+)/;
const NEARLY_FULL = 0.9;

/**
 * HAProxy keeps beside each counter how much of it was drained, also over a reload, so that an agent that starts again
 * goes on from there. What it counts between such a note and its answer comes next time.
 */
export async function drainWorker(worker: Worker, warn: (message: string) => void): Promise<DrainedCalls[]> {
  const beganAt = performance.now();
  const isRecent = beganAt - worker.drainedAt < RECENT_MS;
  const shown = await worker.socket.ask(
    `show table ${CALLS_TABLE} data.${isRecent ? 'gpc0_rate' : 'gpc0'} gt 0`,
  );
  const drained: DrainedCalls[] = [];
  const commands: string[] = [];
  for (const line of shown.split('\n')) {
    const [, subscriptionTag = '', apiToken = '', outcome, before, now] = ROW.exec(line) ?? [];
    const calls = Number(now) - Number(before);
    if (!outcome || calls === 0) continue;
    // A counter of 32 bits has begun again.
    if (calls > 0) drained.push({ subscriptionTag, apiToken, outcome: outcome as CallOutcome, calls });
    commands.push(`set table ${CALLS_TABLE} key ${subscriptionTag}/${apiToken}/${outcome} data.gpt0 ${now}`);
  }
  await worker.socket.tell(commands);
  worker.drainedAt = beganAt;
  const [, size, used] = SIZE.exec(shown) ?? [];
  if (Number(used) > Number(size) * NEARLY_FULL)
    warn(
      `Calls will be missing in the usage: make the size of ${CALLS_TABLE} larger than ${size}, and reload HAProxy.`,
    );
  return drained;
}
