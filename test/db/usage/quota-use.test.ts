// What a batch of calls adds to quotas, and who is told of it.
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { judgeQuotas } from '../../../src/db/usage/quota-use.ts';
import { addUsage } from '../../../src/db/usage/write.ts';
import type { CallOutcome } from '../../../src/domain/call-counts.ts';
import type { OwnLimits, Quota } from '../../../src/domain/call-limits.ts';
import { createProgramme } from '../../gateway/programme.ts';
import { ADMIN, createTestContext } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const NOON = Date.UTC(2026, 4, 20, 12);
const MIDNIGHT = Date.UTC(2026, 4, 21);
const DAY_MS = 86_400_000;

const t = forAllTests(createTestContext);
const programme = createProgramme(() => t.as(ADMIN));
beforeAll(async () => {
  await programme.api('orders', 'orders');
});
beforeEach(async () => {
  await t.sql`delete from graphile_worker._private_jobs`;
});

type Called = { id: string; createdAt: number; productId: string };

async function subscription(quota: Quota | null, own: OwnLimits['quota'] = null): Promise<Called> {
  const productId = await programme.product(['orders']);
  const { subscriptionId: id } = await programme.subscription({ productId });
  await setQuota(productId, quota);
  await t.sql`update subscriptions set quota = ${own && JSON.stringify(own)}::text::jsonb where id = ${id}`;
  const [row] = await t.sql<[{ at: number }]>`
    select (extract(epoch from created_at) * 1000)::float8 as at from subscriptions where id = ${id}`;
  return { id, createdAt: row.at, productId };
}
const setQuota = (productId: string, quota: Quota | null) =>
  t.sql`update products set quota = ${quota && JSON.stringify(quota)}::text::jsonb where id = ${productId}`;
const judge = (productId: string, at = NOON) =>
  t.db.transaction((tx) => judgeQuotas({ tx, now: new Date(at) }, 'ours', { productId }));

let source = 0;
const newSource = () => `source ${++source}`;
const write = (
  { id, createdAt, productId }: Called,
  calls: number,
  { at = NOON, now = at as number, outcome = 'passed' as CallOutcome, by = newSource() } = {},
) => {
  const call = {
    subscription: { id, createdAt },
    keyMark: null,
    productId,
    apiId: 'orders',
    outcome,
    calls,
    lastAt: at,
  };
  return addUsage(t.db, 'ours', { source: by, number: 1, calls: [call] }, new Date(now));
};
const standing = async ({ id }: Called) => {
  const rows = await t.sql`select calls::int, is_warned as "isWarned", is_exhausted as "isExhausted",
    starts_at as "startsAt", ends_at as "endsAt" from quota_use where subscription_id = ${id}`;
  return (
    rows[0] && { ...rows[0], startsAt: Date.parse(rows[0].startsAt), endsAt: Date.parse(rows[0].endsAt) }
  );
};
const news = async ({ id }: Called) =>
  (
    await t.sql<{ payload: { subscriptionId: string; news: string } }[]>`
      select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
      where t.identifier = 'tell-of-quota' order by j.id`
  ).flatMap(({ payload }) => (payload.subscriptionId === id ? [payload.news] : []));

it('calls that passed count to the quota in its period, over batches, and a batch that comes twice counts once', async () => {
  const one = await subscription({ calls: 100, period: 'day' });
  const use = {
    subscriptionId: one.id,
    createdAt: one.createdAt,
    startsAt: MIDNIGHT - DAY_MS,
    endsAt: MIDNIGHT,
  };
  expect(await write(one, 30, { by: 'twice' })).toEqual([{ ...use, calls: 30 }]);
  expect(await write(one, 30, { by: 'twice' })).toEqual([]);
  expect(await write(one, 5, { outcome: 'rate_limited' })).toEqual([{ ...use, calls: 30 }]);
  await Promise.all(Array.from({ length: 10 }, () => write(one, 1)));
  expect(await write(one, 1)).toEqual([{ ...use, calls: 41 }]);
});

it.each([
  ['day', MIDNIGHT - DAY_MS, MIDNIGHT],
  ['week', Date.UTC(2026, 4, 18), Date.UTC(2026, 4, 25)],
  ['month', Date.UTC(2026, 4, 1), Date.UTC(2026, 5, 1)],
] as const)('the database and the gateway agree on the %s of a quota', async (period, startsAt, endsAt) => {
  const one = await subscription({ calls: 9, period });
  expect(await write(one, 1)).toMatchObject([{ startsAt, endsAt }]);
  expect(await standing(one)).toMatchObject({ startsAt, endsAt });
});

it('the owner is told once when 80 % are used, and once when all are, and gateways refuse from then on', async () => {
  const one = await subscription({ calls: 10, period: 'day' });
  await write(one, 7);
  expect([await standing(one), await news(one)]).toMatchObject([{ isWarned: false }, []]);
  await write(one, 1);
  expect([await standing(one), await news(one)]).toMatchObject([
    { isWarned: true, isExhausted: false },
    ['near'],
  ]);
  await write(one, 1);
  expect(await news(one)).toEqual(['near']);
  await write(one, 1);
  // The second takes the place of the first, which no worker has taken yet.
  expect([await standing(one), await news(one)]).toMatchObject([{ isExhausted: true }, ['used_up']]);
  await write(one, 3);
  expect([await standing(one), await news(one)]).toMatchObject([{ calls: 13 }, ['used_up']]);
});

it('a new period begins at nothing, and tells the owner again; a call from before it counts to none', async () => {
  const one = await subscription({ calls: 10, period: 'day' });
  await write(one, 10);
  await t.sql`delete from graphile_worker._private_jobs`;
  expect(await write(one, 4, { at: MIDNIGHT - 1, now: MIDNIGHT + 2_000 })).toEqual([]);
  expect(await standing(one)).toMatchObject({ isExhausted: false, isWarned: false });
  await write(one, 1, { at: MIDNIGHT });
  expect(await standing(one)).toMatchObject({ calls: 1, startsAt: MIDNIGHT, isExhausted: false });
  await write(one, 8, { at: MIDNIGHT });
  expect(await news(one)).toEqual(['near']);
});

it('a subscription’s own quota counts instead of its product’s, and without one nothing is kept', async () => {
  const small: Quota = { calls: 5, period: 'day' };
  const [mine, unlimited, none] = [
    await subscription({ calls: 1, period: 'month' }, small),
    await subscription(small, 'unlimited'),
    await subscription(null),
  ];
  for (const one of [mine, unlimited, none]) await write(one, 5);
  expect(await standing(mine)).toMatchObject({ isExhausted: true, endsAt: MIDNIGHT });
  expect([await standing(unlimited), await standing(none)]).toEqual([undefined, undefined]);
});

it('a quota that is raised is not used up any more, and one that is lowered may be at once', async () => {
  const one = await subscription({ calls: 10, period: 'day' });
  await write(one, 10);
  await t.sql`delete from graphile_worker._private_jobs`;
  const became = async (quota: Quota | null) => {
    await setQuota(one.productId, quota);
    await judge(one.productId);
    return standing(one);
  };
  expect(await became({ calls: 100, period: 'day' })).toMatchObject({ isExhausted: false, isWarned: false });
  expect(await became({ calls: 11, period: 'day' })).toMatchObject({ isExhausted: false, isWarned: true });
  expect(await news(one)).toEqual(['near']);
  expect(await became({ calls: 3, period: 'day' })).toMatchObject({ isExhausted: true, calls: 10 });
  expect(await became({ calls: 3, period: 'month' })).toMatchObject({ isExhausted: false });
  expect(await became({ calls: 10, period: 'day' })).toMatchObject({ isExhausted: true });
  expect(await became(null)).toMatchObject({ isExhausted: false, isWarned: false });
});
