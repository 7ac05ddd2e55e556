// One run: everything is started, people work while faults come, all becomes calm, and then everything is checked.
import { setTimeout as delay } from 'node:timers/promises';
import { createApi } from '../../src/operations/apis/create.ts';
import { CHECKS, type Recorded, settle } from './checks.ts';
import { makeFault, type Troubles, unavailableFaults } from './faults.ts';
import { findReversals } from './key-rule.ts';
import { watchKeys } from './keys.ts';
import { deactivateOperators, work } from './people.ts';
import { createPerson } from './person.ts';
import { type Fault, lineOf, makeKills, makePlan } from './plan.ts';
import { createPrograms } from './programs.ts';
import { createRandom } from './random.ts';
import { ADMINS, openWorld, type World } from './world.ts';

export type ChaosOptions = {
  seed: number;
  minutes: number;
  /** Only SIGKILLs of processes, until there were so many. */
  kills: number | null;
  /** Only faults with this in their name. */
  only: string | null;
  /** Ends the run early: everything that was started is stopped, and the promise rejects with its reason. */
  signal: AbortSignal;
  say: (line: string) => void;
};
/** `logs` is what each process said last, for a violation. */
export type ChaosResult = { violations: Map<string, string[]>; table: string[]; logs: string[] };

const KEY_WATCHERS = 2;
const WORKERS = 4;

export async function runChaos(options: ChaosOptions): Promise<ChaosResult> {
  const { seed, minutes, kills, only, say } = options;
  const missing = await unavailableFaults();
  for (const [kind, why] of missing) say(`left out: ${kind} (${why})`);
  const plan = kills === null ? makePlan(seed, minutes, [...missing.keys()], only) : [];
  say(`seed ${seed}, ${kills === null ? `${minutes} minutes` : `until ${kills} kills`}`);
  for (const [at, fault] of plan.entries()) say(lineOf(fault, at));
  const troubles: Troubles = { slack: 'none', mail: 'none' };
  const routing = createRandom(seed, 'routing');
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const world = await openWorld(
    {
      target: () => routing.pick([0, 1]),
      slackTrouble: () => troubles.slack,
      mailTrouble: () => troubles.mail,
    },
    signal,
  );
  let faulting: Promise<void> | undefined;
  try {
    await createApi(world.console(), { id: 'orders', name: 'Orders', path: 'orders' });
    const recorded: Recorded = {
      wishes: { wanted: [], accepted: [], imported: [], left: [] },
      histories: [],
      readKey: null,
      windows: [],
      waiting: [],
    };
    let isOver = false;
    const working = startWork(world, seed, recorded, () => isOver);
    const faults = kills === null ? plan : makeKills(seed);
    const isEnough = () => kills !== null && killsOf(world) >= kills;
    const endsAt = performance.now() + (kills === null ? minutes * 60_000 : Number.POSITIVE_INFINITY);
    faulting = makeFaults(world, faults, { troubles, recorded, say, isEnough, endsAt }).finally(() => {
      isOver = true;
    });
    await unlessAborted(signal, Promise.all([working, faulting]));
    recorded.waiting = await unlessAborted(signal, settle(world));
    return await unlessAborted(signal, judge(world, recorded));
  } finally {
    ending.abort();
    // A fault may be about to start what is closed here.
    await faulting?.catch(() => {});
    await world.close();
  }
}

function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.throwIfAborted();
    signal.addEventListener('abort', () => reject(signal.reason));
  });
  return Promise.race([work, aborted]);
}

async function startWork(
  world: World,
  seed: number,
  recorded: Recorded,
  isOver: () => boolean,
): Promise<void> {
  const workers = ADMINS.slice(0, WORKERS).map((id) => {
    const random = createRandom(seed, id);
    return work({
      world,
      person: createPerson(world.slack, id, random),
      random,
      isOver,
      wishes: recorded.wishes,
    });
  });
  const watchers = ADMINS.slice(WORKERS, WORKERS + KEY_WATCHERS).map(async (id) => {
    const random = createRandom(seed, id);
    const programs = await createPrograms(world, random, id);
    recorded.readKey = programs.readKey;
    const person = createPerson(world.slack, id, random);
    await watchKeys({ world, person, programs, random, isOver }, recorded.histories);
  });
  const leaving = deactivateOperators({
    world,
    random: createRandom(seed, 'leavers'),
    isOver,
    wishes: recorded.wishes,
  });
  await Promise.all([...workers, ...watchers, leaving]);
}

type Faults = {
  troubles: Troubles;
  recorded: Recorded;
  say: (line: string) => void;
  isEnough: () => boolean;
  endsAt: number;
};

async function makeFaults(world: World, faults: Iterable<Fault>, o: Faults): Promise<void> {
  const { signal } = world;
  for (const fault of faults) {
    if (o.isEnough() || performance.now() + fault.afterMs > o.endsAt) break;
    await delay(fault.afterMs, undefined, { signal });
    // Open until it is over, so that an error in the midst of it is explained.
    const window = { kind: fault.kind, from: performance.now(), to: Number.POSITIVE_INFINITY };
    o.recorded.windows.push(window);
    Object.assign(window, await makeFault(world, fault, o.troubles));
    o.say(`${fault.kind}: over after ${Math.round(window.to - window.from)} ms`);
  }
  const left = o.endsAt - performance.now();
  if (Number.isFinite(left)) await delay(Math.max(0, left), undefined, { signal });
}

const killsOf = ({ servers }: World): number => servers.reduce((sum, server) => sum + server.kills(), 0);

async function judge(world: World, recorded: Recorded): Promise<ChaosResult> {
  const violations = new Map<string, string[]>();
  for (const [name, check] of Object.entries(CHECKS)) violations.set(name, await check(world, recorded));
  const requests = world.slack.requests();
  const count = <T>(all: readonly T[], nameOf: (one: T) => string) => {
    const counts = new Map<string, number>();
    for (const one of all) counts.set(nameOf(one), (counts.get(nameOf(one)) ?? 0) + 1);
    return [...counts].sort().map(([name, n]) => `  ${String(n).padStart(7)}  ${name}`);
  };
  const operations = recorded.histories.flatMap((history) => history.operations);
  return {
    violations,
    logs: world.servers.map((server) => `${server.name} said last:\n${server.output()}`),
    table: [
      `rounds: ${recorded.windows.length}; SIGKILLs of processes: ${killsOf(world)}`,
      'faults',
      ...count(recorded.windows, ({ kind }) => kind),
      'requests from Slack',
      ...count(requests, ({ kind, ackedAt }) => `${kind}${ackedAt === null ? ', not acknowledged' : ''}`),
      `operations on ${recorded.histories.length} keys`,
      ...count(
        operations,
        ({ input, output }) =>
          `${input.do}${output === null ? ', no answer' : typeof output === 'object' ? '' : `: ${output}`}`,
      ),
      `mails taken: ${world.mail.taken().length}, deliveries: ${world.mail.received()}; accepted invitations: ${recorded.wishes.accepted.length}; imports: ${recorded.wishes.imported.length}; operators who left: ${recorded.wishes.left.length}`,
      `histories in which a process went back while a change was under way: ${recorded.histories.filter((history) => findReversals(history).length > 0).length}`,
      'violations',
      ...[...violations].map(([name, lines]) => `  ${String(lines.length).padStart(7)}  ${name}`),
    ],
  };
}
