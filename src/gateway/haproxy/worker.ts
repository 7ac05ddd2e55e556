// The process of HAProxy that takes calls; a reload starts another one.
import type { Lease } from '../pushed/carrier.ts';
import { ALIVE_TABLE, ALIVE_UNIT_MS, ENDS_FROM_MS } from './config.ts';
import type { Facts } from './facts.ts';
import { openRuntimeSocket, type RuntimeSocket } from './socket.ts';

const TIMEOUT_MS = 2_000;

/** `facts`: what was loaded into it; null when it needs all. `drainedAt`: when its counters were read last. */
export type Worker = { socket: RuntimeSocket; facts: Facts | null; drainedAt: number };

export function createWorkers(socketPath: string) {
  let worker: Worker | null = null;
  let following: Promise<Worker> | null = null;

  async function connect(): Promise<Worker> {
    if (worker?.socket.isOpen()) return worker;
    const socket = await openRuntimeSocket(socketPath, TIMEOUT_MS);
    worker = { socket, facts: null, drainedAt: Number.NEGATIVE_INFINITY };
    return worker;
  }
  async function followNow(): Promise<Worker> {
    const { socket } = await connect();
    if (!/^Stopping: 1$/m.test(await socket.ask('show info'))) return connect();
    // It hears of no more changes. It has taught the new one what it counted, and ends once we and its calls are gone.
    await socket.tell([SILENCE]).finally(socket.close);
    return connect();
  }
  return {
    current: (): Worker | null => (worker?.socket.isOpen() ? worker : null),
    /** Gives the worker that takes calls now, and silences one that a reload has replaced. */
    follow(): Promise<Worker> {
      following ??= followNow().finally(() => {
        following = null;
      });
      return following;
    },
    close: () => worker?.socket.close(),
  };
}

/** `endMs`: milliseconds since 1970. 32 bits hold tenths of a second until 2039. */
export function aliveCommand(
  endMs: number,
  { staleSeconds, share }: Pick<Lease, 'staleSeconds' | 'share'>,
): string {
  const end = Math.max(0, Math.floor((endMs - ENDS_FROM_MS) / ALIVE_UNIT_MS));
  const stale = staleSeconds === null ? 0 : Math.max(1, staleSeconds);
  return `set table ${ALIVE_TABLE} key on data.gpt0 ${end} data.gpc0 ${share.of} data.gpc1 ${share.rank} data.http_err_cnt ${stale}`;
}
export const SILENCE = aliveCommand(0, { staleSeconds: null, share: { of: 1, rank: 0 } });
