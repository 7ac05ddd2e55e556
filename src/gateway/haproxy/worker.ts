// The process of HAProxy that takes calls; a reload starts another one.
import { type Lease, MAX_ANSWER_MS } from '../pushed/carrier.ts';
import { ALIVE_TABLE, ALIVE_UNIT_MS, ENDS_FROM_MS } from './config.ts';
import type { Facts } from './facts.ts';
import { MOMENT } from './maps.ts';
import { openRuntimeSocket, type RuntimeSocket } from './socket.ts';

/**
 * `counters` is a connection of its own, because a change must not wait for a long answer. `facts`: what was loaded into it;
 * null when it needs all. `side`: where it counts calls. `staleSeconds`: the age of facts that are not new. `windows`: how many
 * windows of rates it had. `fullTables`: of which the agent has warned.
 */
export type Worker = {
  socket: RuntimeSocket;
  counters: RuntimeSocket;
  facts: Facts | null;
  side: 0 | 1;
  staleSeconds: number | null;
  windows: number;
  fullTables: Set<string>;
};

export const isStopping = async ({ socket }: Worker): Promise<boolean> =>
  /^Stopping: 1$/m.test(await socket.ask('show info'));

export function createWorkers(socketPath: string) {
  let worker: Worker | null = null;
  let following: Promise<Worker> | null = null;

  async function connect(): Promise<Worker> {
    if (worker?.socket.isOpen()) return worker;
    worker?.counters.close();
    const socket = await openRuntimeSocket(socketPath, MAX_ANSWER_MS);
    const counters = await openRuntimeSocket(socketPath, MAX_ANSWER_MS);
    worker = {
      socket,
      counters,
      facts: null,
      side: 0,
      staleSeconds: null,
      windows: 0,
      fullTables: new Set(),
    };
    return worker;
  }
  async function followNow(): Promise<Worker> {
    const former = await connect();
    if (!(await isStopping(former))) return connect();
    // It hears of no more changes. It has taught the new one what it counted, and ends once we and its calls are gone.
    await former.socket.tell([SILENCE]).finally(() => {
      former.socket.close();
      former.counters.close();
    });
    return connect();
  }
  /** Gives the worker that takes calls now, and silences one that a reload has replaced. */
  function follow(): Promise<Worker> {
    following ??= followNow().finally(() => {
      following = null;
    });
    return following;
  }
  return {
    current: (): Worker | null => (worker?.socket.isOpen() ? worker : null),
    follow,
    close(): void {
      worker?.socket.close();
      worker?.counters.close();
    },
  };
}

/** `endMs`: milliseconds since 1970. 32 bits hold tenths of a second until 2039. */
export function aliveCommand(endMs: number, share: Lease['share']): string {
  const end = Math.max(0, Math.floor((endMs - ENDS_FROM_MS) / ALIVE_UNIT_MS));
  return `set table ${ALIVE_TABLE} key on data.gpt0 ${end} data.gpc0 ${share.of} data.gpc1 ${share.rank}`;
}
export const SILENCE = aliveCommand(0, { of: 1, rank: 0 });

/** Where it counts calls from now on, and how old its facts are. */
export const momentOf = ({ side, staleSeconds }: Worker): string =>
  staleSeconds === null ? `${side}` : `${side}|${Math.max(1, staleSeconds)}`;
export const tellMoment = (worker: Worker): Promise<void> =>
  worker.socket.tell(worker.facts?.change({ map: 'apis', key: MOMENT, value: momentOf(worker) }) ?? []);
