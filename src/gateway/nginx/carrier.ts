// Feeds the Lua code in an nginx over a socket in that nginx, which only the agent may open.
import { setTimeout as delay } from 'node:timers/promises';
import type { CallOutcome } from '../../domain/call-counts.ts';
import type {
  Carrier,
  DrainedCalls,
  KeyBatch,
  Lease,
  PushedChange,
  PushedEntries,
} from '../pushed/carrier.ts';
import { createCollection, memoryOfCatalog, memoryOfKeys, type Part, packed, packedKeys } from './entries.ts';
import { askNginx, NginxAnswer } from './socket.ts';

export type NginxCarrierOptions = {
  /** Of the socket that the configuration of nginx names. */
  socketPath: string;
  /** Called when nginx lacks memory for what it can go on without. */
  warn(message: string): void;
};

const FULL = 507;
/** Begins the name of a page of counted calls. No line of a page has it. */
const PAGE = '#';
const MAX_HAD = 10_000;
const MEGABYTE = 1_024 * 1_024;
const PARTS_IN_FLIGHT = 4;
/** Within this time a worker writes what it has counted, once it was asked to. */
const COUNT_MS = 100;

export function createNginxCarrier({ socketPath, warn }: NginxCarrierOptions): Carrier {
  /** The number of the load that this nginx has; null: it needs one. */
  let loaded: number | null = null;
  /** The longest that an nginx with this load may answer. */
  let lent: { load: number; endsAt: number } | null = null;
  let lastTurn: Promise<unknown> = Promise.resolve();
  const tellLack = createLackTeller(warn);
  let windows = 0;
  const ask = (verb: string, query: Record<string, string | number>, body?: Buffer | string) =>
    askNginx(socketPath, verb, query, body);

  /** Loads and changes never overlap. After one that failed, nothing is certain until the next load. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = lastTurn.then(work).catch((error) => {
      loaded = null;
      throw error;
    });
    lastTurn = turn.catch(() => undefined);
    return turn;
  }

  async function load(entries: PushedEntries): Promise<void> {
    loaded = null;
    const { load, former } = await sendAll(ask, entries);
    // After a reload with another size of memory, or an upgrade by USR2, former workers live on for a while with their own
    // memory, and hear of no more changes.
    if (lent && lent.load !== former) await delay(Math.max(0, lent.endsAt - performance.now()));
    await ask('commit', { load });
    if (lent) lent.load = load;
    while (Number(await ask('sweep', { load })) > 0);
    loaded = load;
  }

  async function apply(changes: readonly PushedChange[]): Promise<void> {
    if (loaded === null) throw new Error('This nginx needs all facts first.');
    for (const { bytes } of packed(changes))
      await ask('entries', { load: loaded }, bytes).catch(async (error) => {
        throw await withSize(error, async () => 0);
      });
  }

  return {
    kind: 'nginx',
    load: (entries) => inTurn(() => load(entries)),
    apply: (changes) => inTurn(() => apply(changes)),
    async keepAlive({ endsAt, staleSeconds, share }: Lease) {
      if (loaded === null) throw new Error('This nginx needs all facts first.');
      const sent = Number(process.hrtime.bigint()) / 1e6;
      const ends = sent + endsAt - performance.now();
      const query = { load: loaded, sent, ends, stale: staleSeconds ?? -1, ...share };
      const given = { load: loaded, endsAt: Math.max(endsAt, lent?.endsAt ?? endsAt) };
      lent = given;
      const [uncounted, unmetered, nowWindows = 0] = (await ask('lease', query)).split(' ').map(Number);
      given.endsAt = endsAt;
      tellLack(uncounted, unmetered);
      const hasNew = nowWindows !== windows;
      windows = nowWindows;
      return hasNew;
    },
    drain: createDrain(ask),
    close: async () => undefined,
  };
}

type Ask = (verb: string, query: Record<string, string | number>, body?: Buffer | string) => Promise<string>;

/** Gives the numbers of this load and of the one that nginx had. */
async function sendAll(ask: Ask, { catalog, keys }: PushedEntries) {
  const [load = 0, former = 0] = (await ask('begin', {})).split(' ').map(Number);
  const send = (parts: Parts) => inFlight(parts, ({ bytes }) => ask('entries', { load }, bytes));
  const measured = createMeasure(keys);
  try {
    if (former === 0) {
      await send(packed(catalog));
      await send(packedKeys(measured.keys()));
    } else {
      const others = createCollection();
      const compare = (parts: Parts) =>
        inFlight(parts, async (part) => {
          const places = await ask('same', { load }, part.bytes);
          for (const place of places.split(' ').filter(Boolean)) others.add(part, Number(place));
        });
      await compare(packed(catalog));
      await compare(packedKeys(measured.keys()));
      const parts = others.parts();
      // Former facts and new ones together could let a call pass that neither would.
      if (parts.length > 0) await ask('silence', { load });
      await send(parts);
    }
    return { load, former };
  } catch (error) {
    const bytesOf = async (dictionary: string) =>
      dictionary === 'apim_user_keys' ? await measured.total() : memoryOfCatalog(catalog);
    throw await withSize(error, bytesOf);
  }
}

type Parts = Iterable<Part> | AsyncIterable<Part>;

/** Some at a time, in any order. Ends with the first failure, once none is under way. */
async function inFlight(parts: Parts, send: (part: Part) => Promise<unknown>): Promise<void> {
  const going = new Set<Promise<unknown>>();
  const failures: unknown[] = [];
  for await (const part of parts) {
    if (going.size >= PARTS_IN_FLIGHT) await Promise.race(going);
    if (failures.length > 0) break;
    const turn: Promise<unknown> = send(part)
      .catch((error) => failures.push(error))
      .finally(() => going.delete(turn));
    going.add(turn);
  }
  await Promise.all(going);
  if (failures.length > 0) throw failures[0];
}

/** nginx deletes counted calls once it hears that the agent has them. Before that, the agent asks for no more. */
function createDrain(ask: Ask): () => Promise<DrainedCalls[]> {
  let taken: string[] = [];
  /** Pages that may come again: in an upgrade by USR2, another nginx at the same socket may hear that they were taken. */
  const had = new Set<string>();
  async function confirm(): Promise<void> {
    if (taken.length === 0) return;
    const deleted = Number(await ask('drained', {}, taken.join('\n')));
    for (const page of taken) if (deleted < taken.length) had.add(page);
    for (const page of had) if (had.size > MAX_HAD) had.delete(page);
    taken = [];
  }
  return async () => {
    await confirm();
    await ask('count', {});
    await delay(COUNT_MS);
    const pages = (await ask('drain', {})).split(PAGE).slice(1);
    const named = pages.map((page) => page.split('\n'));
    const fresh = named.filter(([name = '']) => !had.has(name));
    taken = named.map(([name = '']) => name);
    await confirm().catch(() => undefined);
    return fresh.flatMap((lines) => lines.flatMap(drainedCalls));
  };
}

function drainedCalls(row: string): DrainedCalls[] {
  const [, subscriptionTag = '', keyMark = null, apiToken = '', outcome, calls] =
    /^(.*?)(?:\.(\w{6}))?\/(.*)\/(\w+) (\d+)$/.exec(row) ?? [];
  return outcome
    ? [{ subscriptionTag, keyMark, apiToken, outcome: outcome as CallOutcome, calls: Number(calls) }]
    : [];
}

const statusOf = (error: unknown): number | null => (error instanceof NginxAnswer ? error.status : null);

function createMeasure(all: AsyncIterable<KeyBatch>) {
  const iterator = all[Symbol.asyncIterator]();
  let bytes = 0;
  async function* keys(): AsyncIterable<KeyBatch> {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      bytes += memoryOfKeys(next.value);
      yield next.value;
    }
  }
  return {
    keys,
    /** Of those, too, that were not sent any more. */
    async total(): Promise<number> {
      for await (const _ of keys());
      return bytes;
    },
  };
}

/** Says how large a dictionary that is full should be: with room to grow by a third. */
async function withSize(
  error: unknown,
  bytesNeeded: (dictionary: string) => Promise<number>,
): Promise<unknown> {
  if (statusOf(error) !== FULL) return error;
  const [dictionary = '', capacity] = (error as NginxAnswer).text.split(' ');
  const now = Number(capacity) / MEGABYTE;
  const size = Math.ceil(Math.max(now * 2, ((await bytesNeeded(dictionary)) / MEGABYTE) * 1.4));
  return new Error(
    `The memory of nginx is full: change lua_shared_dict ${dictionary} from ${now}m to ${size}m and reload nginx.`,
  );
}

/** Says what nginx lacks memory for, once for each change. */
function createLackTeller(warn: (message: string) => void) {
  let told = '';
  return (uncounted?: number, unmetered?: number): void => {
    const lacks = lackOf(uncounted, unmetered);
    if (lacks !== told && lacks !== '') warn(lacks);
    told = lacks;
  };
}

function lackOf(uncounted = 0, unmetered = 0): string {
  const lacks: string[] = [];
  if (unmetered)
    lacks.push(
      `nginx refused ${unmetered} calls because it could not count them: make lua_shared_dict apim_user_rates larger.`,
    );
  if (uncounted)
    lacks.push(`${uncounted} calls are missing in the usage: make lua_shared_dict apim_user_counts larger.`);
  return lacks.join(' ');
}
