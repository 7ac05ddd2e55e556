// Feeds an HAProxy over its runtime socket.
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Carrier, Lease, PushedChange, PushedEntries } from '../pushed/carrier.ts';
import { CALLS_TABLES, RATES_TABLE } from './config.ts';
import { drainWorker } from './drain.ts';
import { createFacts, type Facts } from './facts.ts';
import { addCommands, addKeyCommands, MAP_FILES, type MapFile, MOMENT, UNCHANGED } from './maps.ts';
import type { RuntimeSocket } from './socket.ts';
import { aliveCommand, createWorkers, momentOf, SILENCE, tellMoment, type Worker } from './worker.ts';

export type HaproxyCarrierOptions = {
  /** Of the runtime socket, and of the maps, as the configuration names them. */
  socketPath: string;
  folder: string;
  /** Called when HAProxy lacks memory for what it can go on without. */
  warn(message: string): void;
};

/** HAProxy searches the whole of a map for an entry that goes: folding may take this part of the time of one thread. */
const FOLDING_SHARE = 0.01;
const MIN_FOLD_PAUSE_MS = 20;
const MAX_FOLD_SILENCE_MS = 1_000;
/** Beyond, HAProxy needs longer than a millisecond for each further change. */
const MAX_CHANGES = 20_000;
/** In the map `apis`: which agent loaded all facts last. */
const AGENT = '.agent';

export function createHaproxyCarrier({ socketPath, folder, warn }: HaproxyCarrierOptions): Carrier {
  const fileOf = (map: MapFile) => join(folder, `${map}.map`);
  const agent = randomUUID();
  const workers = createWorkers(socketPath);
  let keptAliveAt = Number.NEGATIVE_INFINITY;

  async function load({ catalog, keys }: PushedEntries): Promise<void> {
    folding.pause();
    const worker = await workers.follow();
    worker.facts = null;
    const facts = createFacts(fileOf);
    for (const entry of catalog) facts.take(entry);
    facts.take({ map: 'apis', key: AGENT, value: agent });
    worker.side = 0;
    facts.take({ map: 'apis', key: MOMENT, value: momentOf(worker) });
    await replaceAll(worker.socket, fileOf, (map, version) => {
      const file = fileOf(map);
      if (map === 'keys') return addKeyCommands(file, version, facts.noting(keys));
      const lines = map === 'changes' ? UNCHANGED.map((pair) => pair.join(' ')) : facts.lines(map);
      return addCommands(file, version, lines);
    });
    worker.facts = facts;
  }

  async function apply(changes: readonly PushedChange[]): Promise<void> {
    folding.pause();
    const worker = workers.current();
    const facts = worker?.facts;
    if (!worker || !facts || facts.changeCount() + changes.length > MAX_CHANGES) throw needsAll();
    try {
      await worker.socket.tell(changes.flatMap(facts.change));
    } catch (error) {
      worker.facts = null;
      throw error;
    }
    folding.soon(MIN_FOLD_PAUSE_MS);
  }

  const folding = createFolding(() => {
    // Not while another agent may be the one that feeds it.
    if (performance.now() - keptAliveAt > MAX_FOLD_SILENCE_MS) return null;
    const worker = workers.current();
    return worker?.facts ? { socket: worker.socket, facts: worker.facts } : null;
  });

  async function keepAlive(lease: Lease): Promise<boolean> {
    // In this order: a pause in between makes it end earlier.
    const wallMs = Date.now();
    const endMs = wallMs + lease.endsAt - performance.now();
    const worker = await workers.follow();
    if (!worker.facts) throw needsAll();
    const answer = await worker.socket.ask(`get map ${fileOf('apis')} ${AGENT}`);
    if (!answer.includes(agent)) {
      worker.facts = null;
      throw new Error('Another agent feeds this HAProxy.');
    }
    worker.staleSeconds = lease.staleSeconds;
    await tellMoment(worker);
    await worker.socket.tell([aliveCommand(endMs, lease.share)]);
    keptAliveAt = performance.now();
    return watchTables(worker, warn);
  }

  return {
    kind: 'haproxy',
    load,
    apply,
    keepAlive,
    drain: async () => drainWorker(await workers.follow()),
    async close() {
      folding.pause();
      workers.close();
    },
  };
}

const TABLE = /^# table: (\S+), .*size:(\d+), used:(\d+)$/gm;
const NEARLY_FULL = 0.9;
const FULL_MEANS: Record<string, string> = {
  ...Object.fromEntries(CALLS_TABLES.map((table) => [table, 'calls will be missing in the usage'])),
  [RATES_TABLE]: 'more calls will pass than a rate allows',
};
/** Warns once of each table that is nearly full. Gives whether windows of rates have begun since the last time. */
async function watchTables(worker: Worker, warn: (message: string) => void): Promise<boolean> {
  const former = worker.windows;
  for (const [, table = '', size, used] of (await worker.socket.ask('show table')).matchAll(TABLE)) {
    const meaning = FULL_MEANS[table];
    if (meaning === undefined) continue;
    if (table === RATES_TABLE) worker.windows = Number(used);
    if (Number(used) <= Number(size) * NEARLY_FULL || worker.fullTables.has(table)) continue;
    worker.fullTables.add(table);
    warn(`${table} is nearly full, and ${meaning}: make its size larger than ${size}, and reload HAProxy.`);
  }
  return worker.windows > former;
}

const needsAll = () => new Error('This HAProxy was started again or reloaded, and needs all facts.');

/** Calls are answered by the former maps until all new ones are there, and then refused until the next lease. */
async function replaceAll(
  socket: RuntimeSocket,
  fileOf: (map: MapFile) => string,
  commandsOf: (map: MapFile, version: string) => Iterable<string> | AsyncIterable<Buffer>,
): Promise<void> {
  const commits: string[] = [];
  for (const map of MAP_FILES) {
    const file = fileOf(map);
    const answer = await socket.ask(`prepare map ${file}`);
    const [, version] = /^New version created: (\d+)$/.exec(answer) ?? [];
    if (!version) throw new Error(`HAProxy does not use the map ${file}. It said: ${answer}`);
    await socket.tell(commandsOf(map, `@${version}`));
    commits.push(`commit map @${version} ${file}`);
  }
  // Former maps and new ones together could let a call pass that neither would.
  await socket.tell([SILENCE, ...commits]);
}

/** Moves one change after the other from the map of changes into the map of all keys. */
function createFolding(loaded: () => { socket: RuntimeSocket; facts: Facts } | null) {
  let timer: NodeJS.Timeout | undefined;
  const pause = () => clearTimeout(timer);
  function soon(pauseMs: number): void {
    pause();
    timer = setTimeout(() => void foldOne(), pauseMs).unref();
  }
  async function foldOne(): Promise<void> {
    const beganAt = performance.now();
    const found = loaded();
    if (!found) return soon(MAX_FOLD_SILENCE_MS);
    const commands = found.facts.fold();
    if (!commands) return;
    // What happens after a fault is up to the next heartbeat: the connection is closed then.
    await found.socket.tell(commands).catch(found.socket.close);
    soon(Math.max(MIN_FOLD_PAUSE_MS, (performance.now() - beganAt) / FOLDING_SHARE));
  }
  return { pause, soon };
}
