// What a gateway is told: after any changes the same as one that is told everything, and never in an order that opens
// an API on the way.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { AccountRow, ApiRow, ProductRow, SubscriptionRow } from '../../src/domain/gateway-rows.ts';
import { HELD_KEY_SLOTS } from '../../src/domain/key-life.ts';
import { createPendingChanges, type PendingBatch } from '../../src/gateway/follow/pending-changes.ts';
import { readChangedRows } from '../../src/gateway/follow/read-rows.ts';
import { type CallIndex, createCallIndex } from '../../src/gateway/index/call-index.ts';
import { PUSHED_MAPS, type PushedChange, type PushedMap } from '../../src/gateway/pushed/carrier.ts';
import { apiTagOf } from '../../src/gateway/pushed/catalog-maps.ts';
import { createPushedMaps } from '../../src/gateway/pushed/maps.ts';
import { recordOf } from '../../src/gateway/pushed/record.ts';
import { subscriptionTag } from '../../src/gateway/pushed/tag.ts';
import type { Rows } from '../../src/gateway/source.ts';
import { textsOf } from '../support/pushed-entries.ts';

const RUNS = Number(process.env.PUSHED_RUNS ?? 200);
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const SUBSCRIPTIONS = ['s1', 's2', 's|3'];
const ACCOUNTS = ['ann', 'bo'];
const PRODUCTS = ['p1', 'p2'];
const APIS = ['a1', 'a2'];
const KEYS = ['k1', 'k2', 'k3', 'k4'].map(sha256);

const account = fc.record({
  state: fc.constantFrom(
    'active' as const,
    'active' as const,
    'pending' as const,
    'blocked' as const,
    'deleted' as const,
  ),
  groupIds: fc.subarray(['developers', 'a,b']),
});
const subscription = fc.record({
  state: fc.constantFrom('active' as const, 'active' as const, 'suspended' as const),
  createdAt: fc.constantFrom(1, 2),
  startsAt: fc.constantFrom(null, null, 5, 15),
  endsAt: fc.constantFrom(null, null, 5, 15),
  ownLimits: fc.constantFrom(
    { rate: null, quota: null },
    { rate: 'unlimited' as const, quota: null },
    { rate: { calls: 5, seconds: 60 }, quota: null },
  ),
  quotaEndsAt: fc.constantFrom(null, null, null, 12),
  scope: fc.constantFrom(
    ...PRODUCTS.map((productId) => ({ productId, apiId: null })),
    ...APIS.map((apiId) => ({ productId: null, apiId })),
    { productId: null, apiId: null },
  ),
  accountId: fc.constantFrom(null, ...ACCOUNTS),
  keys: fc.subarray(KEYS, { maxLength: 3 }),
  keyEndsAt: fc.constantFrom(null, null, 5, 15),
});
const product = fc.record({
  isPublished: fc.boolean(),
  isSubscriptionRequired: fc.boolean(),
  apiIds: fc.subarray(APIS),
  limits: fc.constantFrom({ rate: null, quota: null }, { rate: { calls: 5, seconds: 60 }, quota: null }),
});
const api = fc.record({
  path: fc.constantFrom('', 'x', 'X/y'),
  keyNames: fc.constantFrom(null, null, { header: 'X-Key', query: 'key' }),
});
const step = fc.oneof(
  fc.record({
    kind: fc.constant('subscription' as const),
    id: fc.constantFrom(...SUBSCRIPTIONS),
    row: fc.option(subscription),
  }),
  fc.record({ kind: fc.constant('account' as const), id: fc.constantFrom(...ACCOUNTS), row: account }),
  fc.record({
    kind: fc.constant('product' as const),
    id: fc.constantFrom(...PRODUCTS),
    row: fc.option(product),
  }),
  fc.record({ kind: fc.constant('api' as const), id: fc.constantFrom(...APIS), row: fc.option(api) }),
);
type SubscriptionOf = NonNullable<Extract<Step, { kind: 'subscription' }>['row']>;
type Step = Parameters<Parameters<typeof step.map>[0]>[0];

/** The tables, and the changes that a follower hears, in the order of their commits. */
function createTables() {
  const subscriptions = new Map<string, SubscriptionRow>();
  const accounts = new Map<string, AccountRow>(
    ACCOUNTS.map((id) => [id, { id, resourceId: id, state: 'active', groupIds: [] }]),
  );
  const products = new Map<string, ProductRow>();
  const apis = new Map<string, ApiRow>();
  const heard: { kind: Step['kind']; id: string }[] = [];

  function putSubscription(id: string, row: Extract<Step, { kind: 'subscription' }>['row']): void {
    if (!row) return void subscriptions.delete(id);
    const { scope, accountId, keys, keyEndsAt, ...rest } = row;
    for (const [other, one] of subscriptions) {
      if (other === id || !keysOf(one).some((hash) => keys.includes(hash))) continue;
      subscriptions.set(other, { ...one, keys: [] });
      heard.push({ kind: 'subscription', id: other });
    }
    subscriptions.set(id, {
      ...rest,
      ...scope,
      id,
      account: ofAccount(accountId),
      keys: HELD_KEY_SLOTS.flatMap((slot, at) => {
        const hash = keys[at];
        return hash === undefined ? [] : [{ slot, hash, endsAt: at === 1 ? null : keyEndsAt }];
      }),
    });
  }
  const ofAccount = (id: string | null) => (id === null ? null : (accounts.get(id) ?? null));
  const keysOf = ({ keys }: SubscriptionRow) => keys.map(({ hash }) => hash);
  const put = <Row>(rows: Map<string, Row>, id: string, row: Row | null) =>
    row ? void rows.set(id, row) : void rows.delete(id);
  const among = <Row>(rows: ReadonlyMap<string, Row>, ids: readonly string[] | null) =>
    ids === null ? [...rows.values()] : ids.flatMap((id) => rows.get(id) ?? []);

  return {
    heard,
    commit(step: Step): void {
      const { kind, id, row } = step;
      if (kind === 'subscription') putSubscription(id, row);
      else if (kind === 'account') accounts.set(id, { id, resourceId: id, ...row });
      else if (kind === 'product') put(products, id, row && { id, ...row });
      else {
        const isTaken = [...apis.values()].some(
          (one) => one.id !== id && one.path.toLowerCase() === row?.path.toLowerCase(),
        );
        if (!isTaken) put(apis, id, row && { id, ...row });
      }
      heard.push({ kind, id });
    },
    rows: {
      products: async (ids: readonly string[] | null) => among(products, ids),
      apis: async (ids: readonly string[] | null) => among(apis, ids),
      subscriptions: async (ids: readonly string[]) =>
        among(subscriptions, ids).map((row) => ({ ...row, account: ofAccount(row.account?.id ?? null) })),
      accounts: async (ids: readonly string[]) => among(accounts, ids),
    } as unknown as Rows,
    load(): CallIndex {
      const index = createCallIndex();
      index.putProducts([...products.values()]);
      index.putApis([...apis.values()]);
      for (const row of subscriptions.values())
        index.putSubscription({ ...row, account: ofAccount(row.account?.id ?? null) });
      return index;
    },
  };
}

type Gateway = Record<PushedMap, Map<string, string>>;
const createPushed = (): Gateway =>
  Object.fromEntries(PUSHED_MAPS.map((map) => [map, new Map()])) as unknown as Gateway;
const copyOf = (gateway: Gateway): Gateway =>
  Object.fromEntries(Object.entries(gateway).map(([map, entries]) => [map, new Map(entries)])) as Gateway;
const apply = (gateway: Gateway, { map, key, value }: PushedChange) =>
  value === null ? void gateway[map].delete(key) : void gateway[map].set(key, value);

/** By this index, as a gateway that asks for each key has it. */
function toldEverything(index: CallIndex): Gateway {
  const gateway = createPushed();
  for (const entry of createPushedMaps().entries(index).catalog) apply(gateway, entry);
  for (const key of KEYS) {
    const { subscription, key: its } = index.factsOf(null, key);
    const value = subscription && recordOf(subscription, its?.endsAt ?? null);
    apply(gateway, { map: 'keys', key, value });
  }
  return gateway;
}

const NO_KEY = 'none';
const CALLS = [...KEYS, NO_KEY].flatMap((key) =>
  ['/x/', '/X/', '/X/y/', '/x/y/', '/other/'].flatMap((path) =>
    [0, 10, 20].flatMap((now) => [true, false].map((hasOwnName) => ({ key, path, now, hasOwnName }))),
  ),
);
/** Which key reaches which API at what time, in the words of carrier.ts. Refusals are of no interest here. */
const passing = (gateway: Gateway) => new Set(passesOf(gateway).filter((pass) => pass !== ''));
/** In the order of `CALLS`, empty for what does not pass. */
function passesOf(gateway: Gateway): string[] {
  return CALLS.map(({ key, path, now, hasOwnName }) => {
    const token = longest(gateway.lower, path.toLowerCase());
    const exact = longest(gateway.exact, path);
    if (token === undefined || (exact !== undefined && apiTagOf(exact) !== apiTagOf(token))) return '';
    const [id, open = '', query = ''] = gateway.apis.get(token)?.split('|') ?? [];
    const record = hasOwnName === (query !== '') ? gateway.keys.get(key) : undefined;
    const [why = '', from, until, scope] = record?.split('|') ?? [];
    const isInTime = Number(from) <= now && now < Number(until);
    const passes = why === 'ok' && isInTime && gateway.grants.has(`${scope}/${token}`);
    // An open API takes everybody's calls, a blocked account's too once they are sent without a key.
    return open !== '' || passes ? JSON.stringify([key, now, id]) : '';
  });
}
function longest(map: ReadonlyMap<string, string>, path: string): string | undefined {
  const [found] = [...map.keys()].filter((key) => path.startsWith(key)).sort((a, b) => b.length - a.length);
  return found === undefined ? undefined : map.get(found);
}

const command = fc.oneof(
  { weight: 6, arbitrary: step },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('read' as const), count: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('load again' as const), isInTheMiddle: fc.boolean() }),
  },
);

it('a gateway that is told changes has what one has that is told everything, and opens nothing on the way', async () => {
  let passes = 0;
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 10, maxLength: 15 }),
    fc.array(command, { maxLength: 40 }),
    async (atFirst, commands) => {
      const tables = createTables();
      for (const one of atFirst) tables.commit(one);
      tables.heard.length = 0;
      let index = tables.load();
      const maps = createPushedMaps();
      const gateway = createPushed();
      for (const entry of await textsOf(maps.entries(index))) apply(gateway, entry);
      for (const one of commands) {
        if (one.kind === 'read') {
          const batch = takeBatch(tables.heard, one.count);
          maps.remember(batch);
          await readChangedRows(index, tables.rows, batch);
          follow(maps.changes());
        } else if (one.kind === 'load again') {
          if (one.isInTheMiddle) await readHalf(takeBatch(tables.heard, 9));
          tables.heard.length = 0;
          index = tables.load();
          follow(await maps.difference(index));
        } else tables.commit(one);
      }

      async function readHalf(batch: PendingBatch): Promise<void> {
        maps.remember(batch);
        const half = { ...batch, account: [], product: [] };
        await readChangedRows(index, tables.rows, half);
      }
      function follow(changes: readonly PushedChange[]): void {
        const before = passing(gateway);
        const afterwards = copyOf(gateway);
        for (const change of changes) apply(afterwards, change);
        expect(afterwards).toEqual(toldEverything(index));
        const passesThen = passing(afterwards);
        passes += passesThen.size;
        // One that passes before and afterwards also passes on the way, unless its key is away meanwhile.
        const isOwn = new Set(changes.filter(({ map }) => map === 'keys').map(({ key }) => key));
        const [allBefore, allThen] = [passesOf(gateway), passesOf(afterwards)];
        const stays = CALLS.map(
          ({ key }, at) => allBefore[at] !== '' && allBefore[at] === allThen[at] && !isOwn.has(key),
        );
        for (const change of changes) {
          apply(gateway, change);
          const wrong = passesOf(gateway).find((call, at) =>
            stays[at] ? call !== allThen[at] : call !== '' && !before.has(call) && !passesThen.has(call),
          );
          expect(wrong).toBeUndefined();
        }
        for (const { subscription } of index.callers()) {
          expect(maps.subscriptionOfTag(subscriptionTag(subscription))).toEqual(subscription);
        }
      }
    },
  );
  await fc.assert(property, { numRuns: RUNS });
  expect(passes).toBeGreaterThan(RUNS);
});

function takeBatch(heard: { kind: Step['kind']; id: string }[], count: number): PendingBatch {
  const pending = createPendingChanges();
  for (const change of heard.splice(0, count)) pending.add(change);
  return pending.take();
}

const NO_LIMITS = { rate: null, quota: null };
const [KEY = '', OTHER_KEY = ''] = KEYS;
const active = (keys: string[], rest: Partial<SubscriptionOf> = {}): SubscriptionOf => ({
  state: 'active',
  createdAt: 1,
  startsAt: null,
  endsAt: null,
  ownLimits: NO_LIMITS,
  quotaEndsAt: null,
  scope: { productId: 'p1', apiId: null },
  accountId: null,
  keys,
  keyEndsAt: null,
  ...rest,
});
const published = (apiIds: string[], isSubscriptionRequired = true) => ({
  isPublished: true,
  isSubscriptionRequired,
  apiIds,
  limits: NO_LIMITS,
});

/** A gateway that was told everything after these steps, and what it hears of later ones. */
async function started(...steps: Step[]) {
  const tables = createTables();
  for (const one of steps) tables.commit(one);
  tables.heard.length = 0;
  const index = tables.load();
  const maps = createPushedMaps();
  const gateway = createPushed();
  for (const entry of await textsOf(maps.entries(index))) apply(gateway, entry);
  async function changesOf(...later: Step[]): Promise<PushedChange[]> {
    for (const one of later) tables.commit(one);
    const batch = takeBatch(tables.heard, later.length);
    maps.remember(batch);
    await readChangedRows(index, tables.rows, batch);
    return maps.changes();
  }
  /** Whether the key reaches the API before the changes, and after each of them. */
  const passesAmid = (changes: PushedChange[], key: string, apiId: string): boolean[] => {
    const passes = () => passing(gateway).has(JSON.stringify([key, 0, apiId]));
    return [
      passes(),
      ...changes.map((change) => {
        apply(gateway, change);
        return passes();
      }),
    ];
  };
  return { tables, maps, changesOf, passesAmid };
}

it('a key goes to another product at once with what the product loses, and reaches that never', async () => {
  const { changesOf, passesAmid } = await started(
    { kind: 'api', id: 'a1', row: { path: 'x', keyNames: null } },
    { kind: 'product', id: 'p1', row: published([]) },
    { kind: 'product', id: 'p2', row: published(['a1']) },
    { kind: 'subscription', id: 's1', row: active([KEY]) },
  );
  const changes = await changesOf(
    { kind: 'product', id: 'p2', row: published([]) },
    { kind: 'subscription', id: 's1', row: active([KEY], { scope: { productId: 'p2', apiId: null } }) },
  );
  expect(changes.length).toBeGreaterThan(1);
  expect(passesAmid(changes, KEY, 'a1')).not.toContain(true);
});

it('a key reaches its API while that opens and closes', async () => {
  const { changesOf, passesAmid } = await started(
    { kind: 'api', id: 'a1', row: { path: 'x', keyNames: null } },
    { kind: 'product', id: 'p1', row: published(['a1']) },
    { kind: 'subscription', id: 's1', row: active([KEY]) },
  );
  for (const isRequired of [false, true]) {
    const changes = await changesOf({ kind: 'product', id: 'p2', row: published(['a1'], isRequired) });
    expect(changes.length).toBeGreaterThan(5);
    const either = passesAmid(changes, KEY, 'a1');
    expect(either).not.toContain(false);
  }
});

it('an open API that gets key names of its own is open until only its keys reach it', async () => {
  const { changesOf, passesAmid } = await started(
    { kind: 'api', id: 'a1', row: { path: 'x', keyNames: null } },
    { kind: 'product', id: 'p1', row: published(['a1'], false) },
    { kind: 'subscription', id: 's1', row: active([KEY]) },
  );
  const changes = await changesOf(
    { kind: 'api', id: 'a1', row: { path: 'x', keyNames: { header: 'X-Key', query: 'key' } } },
    { kind: 'product', id: 'p1', row: published(['a1']) },
  );
  expect(passesAmid([], NO_KEY, 'a1')).toEqual([true]);
  expect(passesAmid(changes, KEY, 'a1')).not.toContain(false);
  expect(passesAmid([], NO_KEY, 'a1')).toEqual([false]);
});

it('a blocked account is known for all its keys after a connection that was lost in between', async () => {
  const bo = { accountId: 'bo' };
  const { tables, maps, changesOf } = await started(
    { kind: 'subscription', id: 's1', row: active([KEY], bo) },
    { kind: 'subscription', id: 's2', row: active([OTHER_KEY], bo) },
  );
  tables.commit({ kind: 'account', id: 'bo', row: { state: 'blocked', groupIds: [] } });
  tables.heard.length = 0;
  // Its row has the new state of the account, whose own change is never heard.
  await changesOf({ kind: 'subscription', id: 's1', row: active([KEY], { ...bo, endsAt: 15 }) });
  const changes = await maps.difference(tables.load());
  expect(changes.map(({ key, value }) => [key, value?.split('|')[0]]).sort()).toEqual(
    [KEY, OTHER_KEY].map((key) => [key, 'account_blocked']).sort(),
  );
});

it('everything comes with pauses, so that heartbeats go on meanwhile', async () => {
  const index = createCallIndex();
  const account = { id: 'ann', resourceId: 'ann', state: 'active' as const, groupIds: [] };
  for (let at = 0; at < 20_000; at++) {
    const dates = { createdAt: at, startsAt: null, endsAt: null, quotaEndsAt: null };
    const scope = { productId: null, apiId: null, ownLimits: NO_LIMITS };
    const keys = [{ slot: 'primary' as const, hash: sha256(`${at}`), endsAt: null }];
    index.putSubscription({ id: `s${at}`, state: 'active', ...dates, ...scope, account, keys });
  }
  let pauses = 0;
  const counting = setInterval(() => pauses++, 0);
  const told = await textsOf(createPushedMaps().entries(index));
  clearInterval(counting);
  const beginnings = told.flatMap(({ map, key }) => (map === 'keys' ? [key.slice(0, 6)] : []));
  expect(beginnings).toHaveLength(20_000);
  expect(beginnings.join() === beginnings.toSorted().join()).toBe(true);
  expect(pauses).toBeGreaterThan(1);
});
