// One rule in four carriers: generated programmes, changes of them, and calls, which each carrier answers as the rule does.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestContext, type TestContext } from '../support/context.ts';
import { createDatabaseFor } from '../support/database.ts';
import { findHaproxy, HOW_TO_GET_HAPROXY } from '../support/haproxy.ts';
import { findNginxWithLua, HOW_TO_GET_LUA } from '../support/nginx.ts';
import {
  type Answered,
  type CarrierName,
  type PushedGateways,
  type RuleCarrier,
  startCheck,
  startPushed,
} from './carriers.ts';
import { storeChanges, storeGroups } from './stored-worlds.ts';
import {
  type Call,
  changeWorld,
  createRandom,
  type Expected,
  judge,
  newCall,
  newWorld,
  type World,
} from './worlds.ts';

/** To each carrier. */
const CALLS = Number(process.env.RULE_CALLS ?? 2_000);
const SEED = Number(process.env.RULE_SEED ?? 16);
const CALLS_PER_ROUND = 400;
const ROUNDS_PER_WORLD = 5;
const MIN_PASSES = 0.2;
const MAX_SHOWN = 10;

const haproxy = findHaproxy();
const nginx = findNginxWithLua();
if (!haproxy) process.stderr.write(`\n${HOW_TO_GET_HAPROXY}\n\n`);
if (!nginx) process.stderr.write(`\n${HOW_TO_GET_LUA}\n\n`);

/** What a gateway can not do, or must not. Everything else is the same. */
const GATEWAYS = {
  /** They refuse by themselves what their own parsers can't take, in their own words: as unreadable, too long, or at once. */
  ownRefusals: [400, 414, 0],
  /** Only our check says to the gateway that asks whose call it refused; a client is not told. */
  onlyAsked: ['x-account-id', 'x-subscription-id', 'x-product-id'],
  /** Written by each server in its own way. HAProxy also writes all names in lower case. */
  ofServers: ['content-length', 'connection', 'keep-alive', 'date', 'server', 'transfer-encoding'],
};
const AT_API = ['x-account-id', 'x-subscription-id', 'x-product-id', 'x-groups', 'x-groups-cut'];

/** What differs from an answer of the rule; null for nothing. */
function differenceFrom(
  { response, keyHeader }: Expected,
  { call, answer }: Answered,
  isPushed: boolean,
): string | null {
  const { status, body } = answer;
  if (isPushed && response.status === 400 && GATEWAYS.ownRefusals.includes(status) && !body.startsWith('{'))
    return null;
  if (status !== response.status) return `${status} ${body}`;
  const pairs = response.headers.flatMap((text, at) =>
    at % 2 === 0 ? [[text.toLowerCase(), response.headers[at + 1] ?? '']] : [],
  );
  const expected = new Map(pairs as [string, string][]);
  if (status === 200) {
    for (const name of AT_API)
      if ((answer.atApi?.get(name) ?? '') !== (expected.get(name) ?? ''))
        return `${name}: ${answer.atApi?.get(name)}`;
    if (!isPushed) return null;
    if (answer.uriAtApi !== call.uri) return `the API got ${answer.uriAtApi}`;
    if (answer.atApi?.has('x-gateway-stale')) return 'X-Gateway-Stale';
    return answer.atApi?.has(keyHeader.toLowerCase()) ? 'the API got the key' : null;
  }
  if (body !== response.body) return body;
  for (const [name, value] of expected) {
    if (GATEWAYS.ofServers.includes(name) || (isPushed && GATEWAYS.onlyAsked.includes(name))) continue;
    if (answer.headers.get(name) !== value) return `${name}: ${answer.headers.get(name)}`;
  }
  return null;
}

/** A call near the end of a term may have been answered before or after it. */
function differs(world: World, answered: Answered, isPushed: boolean): string | null {
  let difference: string | null = null;
  for (let at = answered.from; at <= answered.to + STEP_MS; at += STEP_MS) {
    difference = differenceFrom(judge(world, answered.call, Math.min(at, answered.to)), answered, isPushed);
    if (difference === null) return null;
  }
  return difference;
}
const STEP_MS = 50;

describe(`one rule, with seed ${SEED}`, () => {
  const random = createRandom(SEED);
  /** By the outcome of the rule. */
  const tally = new Map<CarrierName, Map<string, number>>();
  const differences: string[] = [];
  let t: TestContext;
  let pushed: PushedGateways | undefined;
  let carriers: RuleCarrier[] = [];
  let world = newWorld();

  beforeAll(async () => {
    // In Turkish, I and i are two letters.
    t = await createTestContext({}, createDatabaseFor('tr'));
    await storeGroups(t);
    pushed = await startPushed(t, { haproxy, nginx });
    carriers = [await startCheck(t, 'memory'), await startCheck(t, 'database'), ...pushed.carriers];
  });
  afterAll(async () => {
    for (const carrier of carriers.slice(0, 2)) await carrier.close();
    await pushed?.close();
    await t.close();
  });

  async function changeTo(next: World): Promise<void> {
    await storeChanges(t, world, next);
    world = next;
  }
  async function callAll({ name, answerAll }: RuleCarrier, calls: readonly Call[]): Promise<void> {
    const counted = tally.get(name) ?? new Map<string, number>();
    tally.set(name, counted);
    for (const answered of await answerAll(calls)) {
      const { outcome } = judge(world, answered.call, answered.from);
      counted.set(outcome, (counted.get(outcome) ?? 0) + 1);
      const difference = differs(world, answered, name === 'HAProxy' || name === 'nginx');
      if (difference === null) continue;
      const call = JSON.stringify(answered.call);
      differences.push(`${name}: ${call}\n  the rule: ${outcome}\n  its answer: ${difference}`);
    }
  }

  it(`T93: ${CALLS} generated calls get from each carrier the answer of the rule, amid changes of every row`, async () => {
    const rounds = Math.ceil(CALLS / CALLS_PER_ROUND);
    for (let round = 0; round < rounds; round++) {
      const isNew = round % ROUNDS_PER_WORLD === 0;
      await changeTo(changeWorld(world, random, Date.now(), isNew ? 0.9 : 0.15));
      if (round % ROUNDS_PER_WORLD === 2) await pushed?.loadAgain();
      for (const { catchUp } of carriers) await catchUp();
      const calls = Array.from({ length: CALLS_PER_ROUND }, () => newCall(world, random));
      await Promise.all(carriers.map((carrier) => callAll(carrier, calls)));
    }
    expect(differences.length, differences.slice(0, MAX_SHOWN).join('\n')).toBe(0);
    for (const [name, outcomes] of tally) {
      const calls = [...outcomes.values()].reduce((sum, count) => sum + count, 0);
      const passes = (outcomes.get('passes') ?? 0) + (outcomes.get('passes open') ?? 0);
      if (process.env.RULE_CALLS)
        process.stdout.write(`${name}: ${calls} calls ${JSON.stringify([...outcomes])}\n`);
      expect(passes / calls, `${name} lets pass`).toBeGreaterThan(MIN_PASSES);
    }
  }, 7_200_000);
});
