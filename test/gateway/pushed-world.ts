// What an HAProxy and an nginx are tested with that judge calls themselves: the rows of a programme, and calls through them.
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { expect } from 'vitest';
import type { SubscriptionRow } from '../../src/domain/gateway-rows.ts';
import { mayCall } from '../../src/domain/may-call.ts';
import { FAULT_RESPONSES, responseTo } from '../../src/gateway/check/check-response.ts';
import { createCallIndex } from '../../src/gateway/index/call-index.ts';
import type { Carrier } from '../../src/gateway/pushed/carrier.ts';
import { createPushedMaps } from '../../src/gateway/pushed/maps.ts';
import type { startGuardedApi } from '../support/guarded-api.ts';
import { textsOf } from '../support/pushed-entries.ts';

export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
export const keyOf = (id: string) => `the-key-of-subscription-${id}`;
const NO_LIMITS = { rate: null, quota: null };
const HOUR = 3_600_000;

export function rowOf(id: string, row: Partial<SubscriptionRow> = {}): SubscriptionRow {
  return {
    id,
    createdAt: 1,
    state: 'active',
    startsAt: null,
    endsAt: null,
    productId: 'starter',
    apiId: null,
    ownLimits: NO_LIMITS,
    quotaEndsAt: null,
    account: accountOf('active', id),
    keys: [{ slot: 'primary', hash: sha256(keyOf(id)), endsAt: null }],
    ...row,
  };
}
export const accountOf = (
  state: 'active' | 'blocked' | 'pending' | 'deleted',
  id = 'ann',
  groupIds = ['developers'],
) => ({
  id: `row-${state}-${id}`,
  resourceId: `${id}|${state}`,
  state,
  groupIds,
});
const MANY_GROUPS = Array.from({ length: 300 }, (_, at) => `a group with a long name ${at}`);

/** Fixed, because the words of a used-up quota hold the time. */
const now = Date.now();
export const ROWS = [
  rowOf('good'),
  rowOf('other'),
  rowOf('dated', { startsAt: now - HOUR, endsAt: now + HOUR }),
  rowOf('no-account', { account: null }),
  rowOf('many-groups', { account: accountOf('active', 'many', MANY_GROUPS) }),
  rowOf('blocked', { account: accountOf('blocked') }),
  rowOf('pending', { account: accountOf('pending') }),
  rowOf('deleted', { account: accountOf('deleted') }),
  rowOf('suspended', { state: 'suspended' }),
  rowOf('ended', { endsAt: now - HOUR }),
  rowOf('early', { startsAt: now + HOUR }),
  rowOf('used-up', { quotaEndsAt: now + 30 * HOUR }),
  rowOf('hidden', { productId: 'draft' }),
  rowOf('one-api', { productId: null, apiId: 'films' }),
  rowOf('all-apis', { productId: null }),
  rowOf('rated', { productId: 'rated' }),
  rowOf('own-rate', { productId: 'rated', ownLimits: { rate: { calls: 3, seconds: 300 }, quota: null } }),
  rowOf('unlimited', { productId: 'rated', ownLimits: { rate: 'unlimited', quota: null } }),
];
const RATED = { rate: { calls: 20, seconds: 300 }, quota: null };

export function indexOf(rows: readonly SubscriptionRow[] = ROWS) {
  const index = createCallIndex();
  const products = [
    { id: 'starter', apiIds: ['orders', 'shops', 'deep'] },
    { id: 'draft', isPublished: false, apiIds: ['orders'] },
    { id: 'free', isSubscriptionRequired: false, apiIds: ['weather'] },
    { id: 'rated', limits: RATED, apiIds: ['orders'] },
  ];
  index.putProducts(
    products.map((product) => ({
      isPublished: true,
      isSubscriptionRequired: true,
      limits: NO_LIMITS,
      ...product,
    })),
  );
  index.putApis([
    { id: 'orders', path: 'orders/v1', keyNames: null },
    { id: 'shops', path: 'shops', keyNames: null },
    { id: 'deep', path: 'shops/Deep/er', keyNames: null },
    { id: 'weather', path: 'weather', keyNames: null },
    { id: 'films', path: 'films', keyNames: { header: 'X-Film-Key', query: 'film-key' } },
  ]);
  for (const row of rows) index.putSubscription(row);
  return index;
}
/** What an agent pushes into a gateway that has these subscriptions. */
export const entriesOf = (rows?: readonly SubscriptionRow[]) => createPushedMaps().entries(indexOf(rows));

type Call = { key?: string; headers?: Record<string, string>; method?: string; body?: string };
type GuardedApi = Awaited<ReturnType<typeof startGuardedApi>>;

/** Calls through the gateway of the running test. */
export function createCalls(gateway: () => { url: string; port: number }) {
  const going: { stop(): Promise<unknown> }[] = [];
  async function call(path: string, { key, headers, ...init }: Call = {}) {
    const response = await fetch(`${gateway().url}${path}`, {
      ...init,
      headers: { connection: 'close', ...(key && { 'ocp-apim-subscription-key': key }), ...headers },
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  }
  const statusOf = async (id: string, path = '/orders/v1/7') => (await call(path, { key: keyOf(id) })).status;

  return {
    call,
    statusOf,
    statusesOf: (...ids: string[]) => Promise.all(ids.map((id) => statusOf(id))),
    /** Calls without a pause until `stop`, which gives the statuses. */
    callOnAndOn(id: string) {
      const statuses: (number | string)[] = [];
      let isStopped = false;
      const done = (async () => {
        while (!isStopped) statuses.push(await statusOf(id).catch(() => 'no connection'));
      })();
      const calls = {
        statuses,
        async stop() {
          isStopped = true;
          await done;
          return statuses;
        },
      };
      going.push(calls);
      return calls;
    },
    async stopAll(): Promise<void> {
      for (const calls of going.splice(0)) await calls.stop();
    },
    sendRaw(requests: string[]): Promise<string> {
      return new Promise((resolve, reject) => {
        const socket = connect(gateway().port, '127.0.0.1', () => socket.write(requests.join('')));
        let text = '';
        socket.on('data', (data) => (text += String(data)));
        socket.on('end', () => resolve(text));
        socket.on('error', reject);
      });
    },
  };
}
type Calls = ReturnType<typeof createCalls>;

/** The API gets our ids in place of any that the client made up, and never the key. `none`: a header without a value. */
export async function expectOurIds({ call }: Calls, api: GuardedApi, none: '' | undefined): Promise<void> {
  const names = [
    'x-account-id',
    'x-subscription-id',
    'x-product-id',
    'x-groups',
    'x-groups-cut',
    'x-gateway-stale',
  ];
  const lies = Object.fromEntries(names.map((name) => [name, 'a lie']));
  const order = { headers: lies, method: 'POST', body: 'an order' };
  const answer = await call('/orders/v1/7?page=2', { key: keyOf('good'), ...order });
  expect([answer.status, answer.body]).toEqual([200, 'from the API']);
  await call('/orders/v1', { key: keyOf('dated'), headers: lies });
  await call('/ORDERS/v1/caf', { key: keyOf('good'), headers: lies });
  await call('/films', {
    headers: { ...lies, 'x-film-key': keyOf('one-api'), 'ocp-apim-subscription-key': keyOf('good') },
  });
  await call('/weather', { headers: lies });
  await call('/orders/v1', { key: keyOf('many-groups') });
  const arrived = api.takeArrived();
  expect(arrived[0]).toMatchObject({ url: '/orders/v1/7?page=2', body: 'an order' });
  const idsOf = (at: number) => names.map((name) => arrived[at]?.headers[name]);
  const good = ['good%7Cactive', 'good', 'starter', 'developers', undefined, undefined];
  expect(idsOf(0)).toEqual(good);
  expect(idsOf(1)).toEqual(['dated%7Cactive', 'dated', ...good.slice(2)]);
  expect(idsOf(2)).toEqual(good);
  expect(idsOf(3)).toEqual(['one-api%7Cactive', 'one-api', none, 'developers', undefined, undefined]);
  expect(idsOf(4)).toEqual([none, none, 'free', none, undefined, undefined]);
  expect(arrived[5]?.headers['x-groups-cut']).toBe('true');
  expect(JSON.stringify(arrived)).not.toMatch(/the-key-of/);
}

/** Each refusal has the status, headers and body that a gateway gets which asks us. `unreadable`: more addresses. */
export async function expectOurRefusals({ call }: Calls, unreadable: RefusedCall[]): Promise<void> {
  const index = indexOf();
  const refusal = (id: string, path = 'orders/v1') => {
    const found = index.places.at(path) ?? null;
    return responseTo(mayCall(index.factsOf(found, sha256(keyOf(id))), now), found, now);
  };
  const known = 'blocked pending deleted suspended ended early used-up hidden one-api unknown'.split(' ');
  const cases: RefusedCall[] = [
    ...known.map((id): RefusedCall => ['/orders/v1/7', { key: keyOf(id) }, refusal(id)]),
    ['/nowhere', { key: keyOf('good') }, refusal('good', 'nowhere')],
    ['/films', { key: keyOf('one-api') }, refusal('unknown', 'films')],
    ['/weather/today', { key: keyOf('blocked') }, refusal('blocked', 'weather')],
    ['/orders/%76%31', { key: keyOf('good') }, FAULT_RESPONSES.address_ambiguous],
    ['/shops/deep/er', { key: keyOf('good') }, FAULT_RESPONSES.address_ambiguous],
    ['/orders/v1/%252e%252e', { key: keyOf('good') }, FAULT_RESPONSES.address_unreadable],
    ['/orders/v1?subscription-key=a&subscription%2Dkey=b', {}, FAULT_RESPONSES.key_twice],
    ...unreadable,
  ];
  for (const [path, init, expected] of cases) {
    const answer = await call(path, init);
    const label = `${path.slice(0, 40)} ${init.key}`;
    const words = (text: string) => text.replace(/\d+\.?\d\d:\d\d:\d\d/, 'a time');
    expect([answer.status, words(answer.body)], label).toEqual([expected.status, words(expected.body)]);
    for (let at = 0; at < expected.headers.length; at += 2) {
      const [name = '', value = ''] = expected.headers.slice(at, at + 2);
      // Of the last ones only a gateway learns, not its client.
      if (/^Content-Length$|^X-(Account|Subscription|Product)-Id$/.test(name)) continue;
      if (name === 'Retry-After') expect(Number(value) - Number(answer.headers.get(name))).toBeLessThan(300);
      else expect(answer.headers.get(name), `${label} ${name}`).toBe(value);
    }
  }
}
type RefusedCall = [string, Call, { status: number; headers: readonly string[]; body: string }];

/** Step by step, an API that a key may call opens and closes. */
export async function expectPassesWhileOpening({ statusOf }: Calls, carrier: Carrier): Promise<void> {
  const [index, maps] = [indexOf(), createPushedMaps()];
  await textsOf(maps.entries(index));
  for (const apiIds of [['orders'], []]) {
    maps.remember({ account: [], subscription: [], product: ['free'], api: [] });
    const open = { isPublished: true, isSubscriptionRequired: false, limits: NO_LIMITS };
    index.putProducts([{ id: 'free', ...open, apiIds: ['weather', ...apiIds] }]);
    const changes = maps.changes();
    expect(changes.length).toBeGreaterThan(5);
    for (const change of changes) {
      await carrier.apply([change]);
      expect(await statusOf('good'), JSON.stringify(change)).toBe(200);
    }
  }
}
