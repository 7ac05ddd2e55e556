// T71 for what a gateway guards: lives of accounts, subscriptions and keys in any order, and after every step the answer
// to every key that ever was, in the process that made the step and in another.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { activateAccount } from '../../src/operations/accounts/activate.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { restoreAccount } from '../../src/operations/accounts/restore.ts';
import { editApi } from '../../src/operations/apis/edit.ts';
import type { Act, Context } from '../../src/operations/frame/context.ts';
import { editProduct } from '../../src/operations/products/edit.ts';
import { approveSubscription } from '../../src/operations/subscriptions/approve.ts';
import { cancelSubscription } from '../../src/operations/subscriptions/cancel.ts';
import { deleteSubscription } from '../../src/operations/subscriptions/delete.ts';
import { extendSubscription } from '../../src/operations/subscriptions/extend.ts';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { readKeys } from '../../src/operations/subscriptions/keys.ts';
import { limitSubscription } from '../../src/operations/subscriptions/limit.ts';
import { regenerateKey } from '../../src/operations/subscriptions/regenerate-key.ts';
import { rejectSubscription } from '../../src/operations/subscriptions/reject.ts';
import { resumeSubscription } from '../../src/operations/subscriptions/resume.ts';
import { suspendSubscription } from '../../src/operations/subscriptions/suspend.ts';
import { ADMIN, createTestContext, refusalOf, type TestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { createProgramme, goToMidMonth, makeCalls, type Programme } from './programme.ts';
import { type Asked, type ServedGateway, serveGateway } from './serve.ts';

const SEQUENCES = Number(process.env.MODEL_RUNS ?? 40);
const MAX_STEPS = 25;
const AT_ONCE = 5;
const SEED = Number(process.env.MODEL_SEED ?? 71);

let t: TestContext;
let programme: Programme;
let own: ServedGateway;
let other: ServedGateway;
beforeAll(async () => {
  t = await createTestContext();
  goToMidMonth(t);
  own = await serveGateway(t, 'memory');
  other = await serveGateway(t, 'memory');
  programme = createProgramme(() => t.as(ADMIN));
});
afterAll(async () => {
  await own.close();
  await other.close();
  await t.close();
});

type State = 'submitted' | 'active' | 'suspended' | 'rejected' | 'cancelled' | 'expired';
/** By the names of `RATES` and `QUOTAS`; for a subscription null is what its product has. */
type Limited = { rate: keyof typeof RATES | null; quota: keyof typeof QUOTAS | null };
type Subscription = {
  id: string;
  state: State;
  hasEnded: boolean;
  keys: [string, string];
  limits: Limited;
  /** It made a million calls while it had a quota. */
  hasCalled: boolean;
};
type World = {
  uri: string;
  apiId: string;
  productId: string;
  accountId: string;
  account: 'active' | 'blocked' | 'deleted';
  isPublished: boolean;
  limits: Limited;
  /** Whether the API names a header of its own for the key. */
  namesHeader: boolean;
  subscriptions: Subscription[];
  /** Keys that were replaced, or went with their subscription. */
  formerKeys: string[];
  as: Context;
};
type Step = {
  /** The outcome that the model predicts; `done` also changes the model. */
  foretell(world: World): string;
  run(world: World): Promise<unknown>;
};

const newest = (world: World) => world.subscriptions.at(-1);
const idOf = (world: World) => ({ subscriptionId: newest(world)?.id ?? 'none' });
const stateNow = ({ state, hasEnded }: Subscription): State =>
  state === 'active' && hasEnded ? 'expired' : state;

/** As inside an operation, to read what only its owner is shown. */
const reading = ({ as }: World) => ({ ...as, tx: t.db }) as unknown as Act;

/** Of the newest subscription; one of a deleted account is not there. */
const onNewest = (change: (subscription: Subscription) => string) => (world: World) => {
  const subscription = newest(world);
  return subscription && world.account !== 'deleted' ? change(subscription) : 'subscription_not_found';
};
const turn = (from: State[], to: State) =>
  onNewest((subscription) => {
    if (!from.includes(stateNow(subscription))) return 'subscription_state_unfitting';
    subscription.state = to;
    return 'done';
  });
const grant = (state: State, hasEnded = false): Step => ({
  foretell(world) {
    if (world.account === 'deleted') return 'account_state_unfitting';
    const limits = { rate: null, quota: null };
    world.subscriptions.push({ id: '', state, hasEnded, keys: ['', ''], limits, hasCalled: false });
    return 'done';
  },
  async run(world) {
    const [primaryKey, secondaryKey] = [programme.newKey(), programme.newKey()];
    const { subscription } = await grantSubscription(world.as, {
      accountId: world.accountId,
      productId: world.productId,
      state,
      ...(hasEnded ? { endsAt: new Date(t.clock().getTime() - 1_000) } : {}),
      ...{ primaryKey, secondaryKey },
    });
    Object.assign(newest(world) ?? {}, { id: subscription.id, keys: [primaryKey, secondaryKey] });
  },
});
const turnAccount = (from: World['account'], to: World['account']) => (world: World) => {
  if (world.account !== from) return 'account_state_unfitting';
  world.account = to;
  return 'done';
};
const publish = (isPublished: boolean): Step => ({
  foretell(world) {
    world.isPublished = isPublished;
    return 'done';
  },
  run: ({ as, productId }) => editProduct(as, { productId, isPublished }),
});

/** The test's own calls reach none of them. */
const RATES = {
  slow: ['1,000 per minute', '"rate";q=1000;w=60'],
  fast: ['5,000 per 5 minutes', '"rate";q=5000;w=300'],
  unlimited: ['unlimited', ''],
} as const;
const QUOTAS = {
  small: ['10,000 per month', '"quota";q=10000;w='],
  large: ['9,000,000 per month', '"quota";q=9000000;w='],
  unlimited: ['unlimited', ''],
} as const;
const wordsOf = ({ rate, quota }: Limited) => ({
  rate: rate && RATES[rate][0],
  quota: quota && QUOTAS[quota][0],
});
const limit = (limits: Limited): Step => ({
  foretell: onNewest((subscription) => {
    subscription.limits = limits;
    return 'done';
  }),
  run: (w) => limitSubscription(w.as, { ...idOf(w), ...wordsOf(limits) }),
});
const limitProduct = (limits: Limited): Step => ({
  foretell(world) {
    world.limits = limits;
    return 'done';
  },
  run: ({ as, productId }) => editProduct(as, { productId, ...wordsOf(limits) }),
});
const limitsOf = (world: World, { limits }: Subscription) => ({
  rate: limits.rate ?? world.limits.rate ?? 'unlimited',
  quota: limits.quota ?? world.limits.quota ?? 'unlimited',
});

const LIMIT = limit({ rate: 'slow', quota: 'small' });
const MANY_CALLS = 1_000_000;
const OWN_HEADER = 'X-Own-Key';
const nameHeader = (namesHeader: boolean): Step => ({
  foretell(world) {
    world.namesHeader = namesHeader;
    return 'done';
  },
  run: ({ as, apiId }) => editApi(as, { apiId, keyHeader: namesHeader ? OWN_HEADER : null }),
});

const STEPS: Record<string, Step> = {
  grant: grant('active'),
  'grant one to be decided': grant('submitted'),
  'grant one that has ended': grant('active', true),
  approve: { foretell: turn(['submitted'], 'active'), run: (w) => approveSubscription(w.as, idOf(w)) },
  reject: {
    foretell: turn(['submitted'], 'rejected'),
    run: (w) => rejectSubscription(w.as, { ...idOf(w), reason: 'no' }),
  },
  suspend: { foretell: turn(['active'], 'suspended'), run: (w) => suspendSubscription(w.as, idOf(w)) },
  resume: { foretell: turn(['suspended'], 'active'), run: (w) => resumeSubscription(w.as, idOf(w)) },
  cancel: {
    foretell: turn(['submitted', 'active', 'suspended', 'expired'], 'cancelled'),
    run: (w) => cancelSubscription(w.as, idOf(w)),
  },
  extend: {
    foretell: onNewest((subscription) => {
      const state = stateNow(subscription);
      if (state === 'rejected' || state === 'cancelled') return 'subscription_state_unfitting';
      Object.assign(subscription, { state: state === 'expired' ? 'active' : state, hasEnded: false });
      return 'done';
    }),
    run: (w) => extendSubscription(w.as, { ...idOf(w), endsAt: new Date(t.clock().getTime() + 86_400_000) }),
  },
  'replace a key': {
    foretell: (world) =>
      onNewest(({ keys }) => {
        world.formerKeys.push(keys[0]);
        return 'done';
      })(world),
    async run(world) {
      await regenerateKey(world.as, { ...idOf(world), slot: 'primary' });
      const subscription = newest(world);
      if (subscription) subscription.keys[0] = (await readKeys(reading(world), subscription.id)).primary;
    },
  },
  'delete a subscription': {
    foretell: (world) =>
      onNewest(({ keys }) => {
        world.formerKeys.push(...keys);
        return 'done';
      })(world),
    async run(world) {
      await deleteSubscription(world.as, idOf(world));
      world.subscriptions.pop();
    },
  },
  block: {
    foretell: turnAccount('active', 'blocked'),
    run: ({ as, accountId }) => blockAccount(as, { accountId }),
  },
  activate: {
    foretell: turnAccount('blocked', 'active'),
    run: ({ as, accountId }) => activateAccount(as, { accountId }),
  },
  'delete the account': {
    foretell(world) {
      if (world.account === 'deleted') return 'account_state_unfitting';
      world.account = 'deleted';
      return 'done';
    },
    run: ({ as, accountId }) => deleteAccount(as, { accountId, deleteSubscriptions: true }),
  },
  restore: {
    foretell: turnAccount('deleted', 'blocked'),
    run: ({ as, accountId }) => restoreAccount(as, { accountId }),
  },
  'name a header': nameHeader(true),
  'name no header': nameHeader(false),
  'limit it': LIMIT,
  'limit it less': limit({ rate: 'fast', quota: 'large' }),
  'limit it in no way': limit({ rate: 'unlimited', quota: 'unlimited' }),
  'limit it as its product': limit({ rate: null, quota: null }),
  'limit the product': limitProduct({ rate: 'fast', quota: 'small' }),
  'limit the product less': limitProduct({ rate: null, quota: 'large' }),
  'limit the product in no way': limitProduct({ rate: null, quota: null }),
  'use up its quota': {
    foretell(world) {
      const outcome = LIMIT.foretell(world);
      const subscription = newest(world);
      if (outcome === 'done' && subscription) subscription.hasCalled = true;
      return outcome;
    },
    async run(world) {
      await LIMIT.run(world);
      const subscription = newest(world);
      if (subscription) await makeCalls(t, subscription.id, MANY_CALLS);
      await own.untilGatewaysKnow();
    },
  },
  publish: publish(true),
  unpublish: publish(false),
};

const REASONS: Record<State, string> = {
  submitted: 'SubscriptionSubmitted',
  active: '',
  suspended: 'SubscriptionSuspended',
  rejected: 'SubscriptionRejected',
  cancelled: 'SubscriptionCancelled',
  expired: 'SubscriptionExpired',
};

/** The answer that the model predicts for a call with each key. */
function foretoldAnswers(world: World): Map<string, string | number> {
  const answers = new Map<string, string | number>(world.formerKeys.map((key) => [key, 401]));
  for (const subscription of world.subscriptions) {
    for (const key of subscription.keys) answers.set(key, answerOf(world, subscription));
  }
  return answers;
}

function answerOf(world: World, subscription: Subscription): string | number {
  if (world.account === 'deleted') return 401;
  if (world.account === 'blocked') return 'AccountBlocked';
  const reason = REASONS[stateNow(subscription)];
  if (reason) return reason;
  if (!world.isPublished) return 'ProductNotPublished';
  const { rate, quota } = limitsOf(world, subscription);
  if (quota === 'small' && subscription.hasCalled) return 'QuotaExceeded';
  return `passes ${[RATES[rate][1], QUOTAS[quota][1]].filter(Boolean).join(', ')}`;
}

/** With the limits that hold, but without how long this month is. */
function shown({ status, code, headers }: Awaited<ReturnType<ServedGateway['ask']>>): string | number {
  if (status !== 200) return status === 403 ? (code ?? '') : status;
  return `passes ${headers.get('ratelimit-policy')?.replace(/("quota".*w=)\d+/, '$1') ?? ''}`;
}

/** Each key goes where the API reads it. One that goes elsewhere is none. */
async function answersOf(gateway: ServedGateway, { uri, namesHeader }: World, keys: Iterable<string>) {
  const answers = new Map<string, string | number>();
  // On a busy machine a process may have nothing that it trusts for a while.
  const ask = (asked: Asked) =>
    eventually('an answer', async () => {
      const answer = await gateway.ask({ uri, ...asked });
      return answer.status !== 503 && answer;
    });
  const inOwnHeader = (key: string) => ask({ headers: { [OWN_HEADER]: key } });
  const inUsualHeader = (key: string) => ask({ key });
  const [rightly, wrongly] = namesHeader ? [inOwnHeader, inUsualHeader] : [inUsualHeader, inOwnHeader];
  for (const key of keys) {
    answers.set(key, shown(await rightly(key)));
    if (answers.size === 1) expect((await wrongly(key)).status).toBe(401);
  }
  return answers;
}

let count = 0;
async function newWorld(): Promise<World> {
  count += 1;
  const path = `model${count}`;
  const apiId = await programme.api(path);
  return {
    uri: `/${path}/7`,
    apiId,
    productId: await programme.product([apiId]),
    accountId: await programme.account(),
    account: 'active',
    isPublished: true,
    limits: { rate: null, quota: null },
    namesHeader: false,
    subscriptions: [],
    formerKeys: [],
    as: { ...t.as(ADMIN), untilGatewaysKnow: own.untilGatewaysKnow },
  };
}

async function follow(names: readonly string[]): Promise<string[]> {
  const world = await newWorld();
  const outcomes: string[] = [];
  for (const [index, name] of names.entries()) {
    const step = STEPS[name];
    if (!step) throw new Error(name);
    const so = `after ${names.slice(0, index + 1).join(', ')}`;
    const foretold = step.foretell(world);
    const outcome = await refusalOf(step.run(world));
    expect(outcome, so).toBe(foretold);
    outcomes.push(outcome);
    const expected = foretoldAnswers(world);
    expect(await answersOf(own, world, expected.keys()), so).toEqual(expected);
    expect(await answersOf(other, world, expected.keys()), so).toEqual(expected);
  }
  return outcomes;
}

it(`T71: ${SEQUENCES} random lives of subscriptions and keys go as the model says, at the gateway too`, async () => {
  const steps = fc.array(fc.constantFrom(...Object.keys(STEPS)), { minLength: 8, maxLength: MAX_STEPS });
  const lives = fc.sample(steps, { numRuns: SEQUENCES, seed: SEED }).values();
  const met = new Set<string>();
  const living = Array.from({ length: AT_ONCE }, async () => {
    for (const names of lives) for (const outcome of await follow(names)) met.add(outcome);
  });
  await Promise.all(living);
  expect([...met].sort()).toEqual([
    'account_state_unfitting',
    'done',
    'subscription_not_found',
    'subscription_state_unfitting',
  ]);
  const { checks, answersFrom } = other.gateway.readings();
  // Every possible answer came often, and from memory.
  for (const outcome of ['passes', 'no_key', 'account_blocked', 'product_not_published', 'quota_exceeded'])
    expect(checks[outcome], outcome).toBeGreaterThan(20);
  expect(answersFrom.index).toBeGreaterThan(1_000);
  await eventually('the index to be trusted', () => other.gateway.readings().isTrusted);
}, 240_000);
