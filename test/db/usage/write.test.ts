// Counts that were written are read again, once, by whatever they are of.
import { beforeAll, expect, it } from 'vitest';
import { readRefusals, readTopUsage, readUsage } from '../../../src/db/usage/read.ts';
import type { CountedCalls } from '../../../src/domain/call-counts.ts';
import type { UsageOf, UsageTime } from '../../../src/domain/usage-times.ts';
import { deleteSubscription } from '../../../src/operations/subscriptions/delete.ts';
import { ADMIN, createTestContext } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { type Called, callBy, createCalls, HOUR_MS } from './calls.ts';

const NOON = Date.UTC(2026, 4, 20, 12);
const AT = new Date(NOON + HOUR_MS / 2);

const t = forAllTests(createTestContext);
let calls: ReturnType<typeof createCalls>;
let programme: typeof calls.programme;
beforeAll(async () => {
  calls = createCalls(t);
  programme = calls.programme;
  for (const id of ['orders', 'films']) await programme.api(id, id);
  await programme.product(['orders', 'films'], { id: 'gold' });
});

const subscription = (productId?: string) => calls.subscription(productId);
const call = (of: Called | null, some: Partial<CountedCalls> = {}) => callBy(of, { lastAt: NOON, ...some });
const write = (rows: CountedCalls[], number = 1, by?: string) =>
  calls.write(rows, { number, now: AT, ...(by ? { by } : {}) });
const usage = async (of: UsageOf, time: UsageTime = '24 hours', now = AT) =>
  (await readUsage(t.db, { serviceId: 'ours', of, time, now })).filter(
    ({ passed, refused, limited }) => passed + refused + limited > 0,
  );

it('calls are counted by subscription, account, product and API, by how they ended', async () => {
  const one = await subscription();
  const two = await subscription();
  await write([
    call(one, { calls: 5 }),
    call(one, { calls: 2, lastAt: NOON - 1 }),
    call(one, { outcome: 'account_blocked', apiId: 'films', calls: 3 }),
    call(two, { outcome: 'rate_limited', calls: 4 }),
    call(null, { outcome: 'no_key', productId: null, calls: 7 }),
    call(null, { outcome: 'unreadable', productId: null, apiId: null }),
  ]);
  const [before, noon] = [new Date(NOON - HOUR_MS), new Date(NOON)];
  expect(await usage({ of: 'subscription', id: one.id })).toEqual([
    { startsAt: before, passed: 2, refused: 0, limited: 0 },
    { startsAt: noon, passed: 5, refused: 3, limited: 0 },
  ]);
  expect(await usage({ of: 'account', id: two.accountId })).toEqual([
    { startsAt: noon, passed: 0, refused: 0, limited: 4 },
  ]);
  expect(await usage({ of: 'product', id: 'gold' }, '30 days')).toEqual([
    { startsAt: new Date('2026-05-20'), passed: 7, refused: 3, limited: 4 },
  ]);
  expect(await usage({ of: 'api', id: 'films' }, '12 months')).toEqual([
    { startsAt: new Date('2026-05-01'), passed: 0, refused: 3, limited: 0 },
  ]);
  expect(await usage({ of: 'service' }, '12 months')).toEqual([
    { startsAt: new Date('2026-05-01'), passed: 7, refused: 11, limited: 4 },
  ]);
  const all = { serviceId: 'ours', of: { of: 'service' }, time: '24 hours', now: AT } as const;
  expect(await readRefusals(t.db, all)).toEqual([
    { outcome: 'no_key', calls: 7 },
    { outcome: 'rate_limited', calls: 4 },
    { outcome: 'account_blocked', calls: 3 },
    { outcome: 'unreadable', calls: 1 },
  ]);
  const top = (by: 'subscription' | 'account' | 'product' | 'api', of: UsageOf = all.of) =>
    readTopUsage(t.db, { ...all, of, by, max: 5 }).then((rows) =>
      rows.map(({ id, passed, refused, limited }) => [id, passed + refused + limited]),
    );
  expect(await top('subscription')).toEqual([
    [one.id, 10],
    [two.id, 4],
  ]);
  expect(await top('account', { of: 'product', id: 'gold' })).toEqual([
    [one.accountId, 10],
    [two.accountId, 4],
  ]);
  expect(await top('product')).toEqual([['gold', 14]]);
  expect(await top('api')).toEqual([
    ['orders', 18],
    ['films', 3],
  ]);
  expect(await top('api', { of: 'account', id: one.accountId })).toEqual([
    ['orders', 7],
    ['films', 3],
  ]);
  expect(await top('subscription', { of: 'api', id: 'films' })).toEqual([[one.id, 3]]);
  expect(
    await usage({ of: 'subscription', id: one.id }, '12 months', new Date('2026-04-30T23:59:59Z')),
  ).toEqual([]);
  expect(await readUsage(t.db, { ...all, serviceId: 'theirs' })).toHaveLength(24);
});

it('a batch that comes twice counts once, and so does one that comes after a later one of its source', async () => {
  const one = await subscription();
  for (const number of [1, 1, 3, 2, 3]) await write([call(one)], number, 'again');
  expect(await usage({ of: 'subscription', id: one.id })).toMatchObject([{ passed: 2 }]);
  await write([call(one)], 1, 'another source');
  expect(await usage({ of: 'subscription', id: one.id })).toMatchObject([{ passed: 3 }]);
});

it('calls of a deleted subscription stay with its product, not with the next one that has its id', async () => {
  await programme.product(['orders'], { id: 'former' });
  const one = await subscription('former');
  await write([call(one, { productId: 'former', calls: 2 })]);
  await deleteSubscription(t.as(ADMIN), { subscriptionId: one.id });
  await programme.subscription({ productId: 'former', id: one.id });
  await write([call(one, { productId: 'former', calls: 3 })]);
  expect(await usage({ of: 'subscription', id: one.id })).toEqual([]);
  expect(await usage({ of: 'product', id: 'former' })).toMatchObject([{ passed: 5 }]);
});

it('a call is never later than now, whatever the clock of its gateway says', async () => {
  const one = await subscription();
  await write([call(one, { lastAt: NOON + 400 * 24 * HOUR_MS })]);
  expect(await usage({ of: 'subscription', id: one.id })).toMatchObject([
    { startsAt: new Date(NOON), passed: 1 },
  ]);
  const [row] =
    await t.sql`select last_used_at = ${AT.toISOString()} as is_now from subscription_usage where subscription_id = ${one.id}`;
  expect(row?.is_now).toBe(true);
});
