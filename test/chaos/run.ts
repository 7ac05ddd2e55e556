// One run: everything is started, people work while faults come, all becomes calm, and then everything is checked.
import { setTimeout as delay } from 'node:timers/promises';
import { createApi } from '../../src/operations/apis/create.ts';
import { CHECKS, type Recorded, settle } from './checks.ts';
import { makeFault, type Troubles, unavailableFaults, type Window } from './faults.ts';
import { findReversals } from './key-rule.ts';
import { callUntouched, makeUntouched, type Untouched, watchKeys } from './keys.ts';
import { changeInAzure, goUp, settleMirror, tellOfMirror } from './mirror.ts';
import { deactivateOperators, work } from './people.ts';
import { createPerson } from './person.ts';
import { type Fault, lineOf, makeKills, makePlan } from './plan.ts';
import { createPrograms } from './programs.ts';
import { lookForGateways } from './pushed.ts';
import { countedOf, isInSilence, MAX_BACK_MS } from './pushed-checks.ts';
import { createRandom } from './random.ts';
import { ADMINS, openWorld, type World } from './world.ts';

export type ChaosOptions = {
  seed: number;
  minutes: number;
  /** Only SIGKILLs of processes, until there were so many. */
  kills: number | null;
  /** Only faults with one of these in their name: words with commas between. */
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
  for (const name of lookForGateways().missing) say(`left out: an agent and its ${name} (none was found)`);
  const plan = kills === null ? makePlan(seed, minutes, [...missing.keys()], only) : [];
  say(`seed ${seed}, ${kills === null ? `${minutes} minutes` : `until ${kills} kills`}`);
  for (const [at, fault] of plan.entries()) say(lineOf(fault, at));
  const troubles: Troubles = { slack: 'none', mail: 'none' };
  const routing = createRandom(seed, 'routing');
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const world = await openWorld(
    {
      seed,
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
      untouched: [],
      readKey: null,
      windows: [],
      waiting: [],
      untold: [],
    };
    await unlessAborted(signal, goUp(world));
    for (const gateway of world.pushed) recorded.untouched.push(await makeUntouched(world, gateway));
    recorded.histories.push(...recorded.untouched.map(({ history }) => history));
    let isOver = false;
    const working = startWork(world, seed, recorded, () => isOver);
    const faults = kills === null ? plan : makeKills(seed, [...missing.keys()]);
    const isEnough = () => kills !== null && killsOf(world) >= kills;
    const endsAt = performance.now() + (kills === null ? minutes * 60_000 : Number.POSITIVE_INFINITY);
    faulting = makeFaults(world, faults, { troubles, recorded, say, isEnough, endsAt }).finally(() => {
      isOver = true;
    });
    await unlessAborted(signal, Promise.all([working, faulting]));
    world.azure.arm.behaveWell();
    recorded.waiting = await unlessAborted(signal, settle(world));
    recorded.untold = await unlessAborted(signal, settleMirror(world));
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
  const untouched = recorded.untouched.map((one) =>
    callUntouched(world, one, createRandom(seed, one.gateway.name), isOver),
  );
  const leaving = deactivateOperators({
    world,
    random: createRandom(seed, 'leavers'),
    isOver,
    wishes: recorded.wishes,
  });
  const inAzure = changeInAzure({ world, random: createRandom(seed, 'portal'), isOver });
  await Promise.all([...workers, ...watchers, ...untouched, leaving, inAzure]);
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
    const from = performance.now();
    const window: Window = { kind: fault.kind, from, to: Number.POSITIVE_INFINITY, backMs: 0 };
    o.recorded.windows.push(window);
    await makeFault(world, fault, o.troubles);
    const healedAt = performance.now();
    await passAgain(world, o.recorded.untouched);
    window.to = performance.now();
    window.backMs = window.to - healedAt;
    o.say(`${fault.kind}: over after ${Math.round(window.to - window.from)} ms`);
  }
  const left = o.endsAt - performance.now();
  if (Number.isFinite(left)) await delay(Math.max(0, left), undefined, { signal });
}

/** Resolves once calls that should pass do, or after too long, which is a violation. */
async function passAgain(world: World, untouched: readonly Untouched[]): Promise<void> {
  const from = performance.now();
  const passes = ({ gateway, history }: Untouched) => {
    const last = gateway.calls.findLast(({ key }) => key === history.key);
    return last && last.calledAt > from && last.status === 200;
  };
  while (!untouched.every(passes) && performance.now() - from < MAX_BACK_MS)
    await delay(10, undefined, { signal: world.signal });
}

async function tellOf(world: World, untouched: Untouched): Promise<string> {
  const { gateway, history } = untouched;
  const mine = gateway.calls.filter(({ key }) => key === history.key);
  const of = (status: number | null) => mine.filter((call) => call.status === status).length;
  const silent = gateway.calls.filter((call) => isInSilence(gateway, call)).length;
  return `${gateway.name}: ${gateway.calls.length} calls, ${silent} of them after two seconds of silence; with a key that nothing was done to ${of(200)} passed, of which ${await countedOf(world, untouched)} were counted, ${of(503)} got 503, and ${of(null)} no answer`;
}

function longestBack({ windows }: Recorded): string {
  const [longest] = windows.toSorted((a, b) => b.backMs - a.backMs);
  return `calls passed again after a fault within ${Math.round(longest?.backMs ?? 0)} ms (${longest?.kind ?? 'no fault'})`;
}

const killsOf = ({ servers, pushed }: World): number =>
  [...servers, ...pushed].reduce((sum, each) => sum + each.kills(), 0);

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
    logs: [...world.servers, ...world.pushed.map(({ agent }) => agent)].map(
      ({ name, output }) => `${name} said last:\n${output()}`,
    ),
    table: [
      `rounds: ${recorded.windows.length}; SIGKILLs: ${killsOf(world)}`,
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
      ...(await Promise.all(recorded.untouched.map((one) => tellOf(world, one)))),
      ...(await tellOfMirror(world)),
      longestBack(recorded),
      'violations',
      ...[...violations].map(([name, lines]) => `  ${String(lines.length).padStart(7)}  ${name}`),
    ],
  };
}
