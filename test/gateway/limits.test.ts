// Rates and quotas at /gateway/check: one process, and two that share them.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OwnLimits, Quota, Rate } from '../../src/domain/call-limits.ts';
import { ADMIN, createTestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createProgramme } from './programme.ts';
import { type From, type ServedGateway, serveGateway } from './serve.ts';

const DAY_MS = 86_400_000;

const t = forAllTests(createTestContext);
const programme = createProgramme(() => t.as(ADMIN));
beforeAll(async () => {
  await programme.api('orders/v1', 'orders');
  await programme.api('weather', 'weather');
  await programme.product(['weather'], { id: 'open', isSubscriptionRequired: false });
});
beforeEach(() => untilNext(300_000));

/** To the begin of the next window or period, so that none ends during a test. */
function untilNext(lengthMs: number): void {
  t.advance(lengthMs - (t.clock().getTime() % lengthMs));
}

type Limited = { rate?: Rate; quota?: Quota; own?: Partial<OwnLimits> };

async function subscription({ rate, quota, own = {} }: Limited) {
  const productId = await programme.product(['orders']);
  const made = await programme.subscription({ productId });
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  await t.sql`update products set rate = ${json(rate)}::text::jsonb, quota = ${json(quota)}::text::jsonb
    where id = ${productId}`;
  await t.sql`update subscriptions set rate = ${json(own.rate)}::text::jsonb, quota = ${json(own.quota)}::text::jsonb
    where id = ${made.subscriptionId}`;
  return { ...made, productId };
}

/** The statuses of calls one after the other, from any number of gateways in turn. */
async function statuses(key: string, calls: number, ...gateways: ServedGateway[]): Promise<number[]> {
  const found: number[] = [];
  for (let call = 0; call < calls; call++)
    found.push((await gateways[call % gateways.length]?.ask({ key }))?.status ?? 0);
  return found;
}
const times = (count: number, status: number) => Array.from({ length: count }, () => status);
const passedOf = (found: number[]) => found.filter((status) => status === 200).length;
const usedOf = async (subscriptionId: string) => {
  const [row] = await t.sql`select calls::int, is_exhausted as "isExhausted" from quota_use
    where subscription_id = ${subscriptionId}`;
  return row;
};

describe.each<From>(['memory', 'database'])('limits of one process that answers from %s', (from) => {
  const gateway = forAllTests(() => serveGateway(t, from));
  /** A process that has sent no heartbeat takes half of each rate. */
  const part = (calls: number) => (from === 'memory' ? calls : calls / 2);

  it('T91: lets the rate pass in each window, then answers 429 in Azure’s words with the time that is left', async () => {
    const { primaryKey: key, subscriptionId } = await subscription({ rate: { calls: 6, seconds: 60 } });
    const other = await subscription({ rate: { calls: 6, seconds: 60 } });
    await gateway.catchUp();
    const first = await gateway.ask({ key });
    expect(first.status).toBe(200);
    expect(first.headers.get('ratelimit-policy')).toBe('"rate";q=6;w=60');
    expect(first.headers.get('ratelimit')).toBe(`"rate";r=${part(6) - 1};t=60`);
    expect(await statuses(key, part(6), gateway)).toEqual([...times(part(6) - 1, 200), 429]);
    const refused = await gateway.ask({ key });
    expect([refused.status, refused.code]).toEqual([429, 'RateLimitExceeded']);
    expect(refused.body).toContain('Rate limit is exceeded. Try again in 60 seconds.');
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(refused.headers.get('ratelimit')).toBe('"rate";r=0;t=60');
    expect(refused.headers.get('x-refusal-reason')).toBe('RateLimitExceeded');
    expect(refused.headers.get('x-subscription-id')).toBe(subscriptionId);
    expect((await gateway.ask({ key: other.primaryKey })).status).toBe(200);
    t.advance(60_000);
    expect(await statuses(key, part(6) + 1, gateway)).toEqual([...times(part(6), 200), 429]);
  });

  it('counts only calls that the rule lets pass', async () => {
    const { primaryKey: key } = await subscription({ rate: { calls: 2, seconds: 60 } });
    await gateway.catchUp();
    for (let call = 0; call < 5; call++)
      expect((await gateway.ask({ key, uri: '/elsewhere' })).status).toBe(403);
    expect(await statuses(key, part(2) + 1, gateway)).toEqual([...times(part(2), 200), 429]);
  });

  it('takes a subscription’s own rate instead of its product’s, and says nothing where there is none', async () => {
    const rate = { calls: 2, seconds: 60 };
    const unlimited = await subscription({ rate, own: { rate: 'unlimited' } });
    const larger = await subscription({ rate, own: { rate: { calls: 4, seconds: 60 } } });
    await gateway.catchUp();
    const answer = await gateway.ask({ key: unlimited.primaryKey });
    expect([answer.headers.get('ratelimit'), answer.headers.get('ratelimit-policy')]).toEqual([null, null]);
    expect(await statuses(unlimited.primaryKey, 10, gateway)).toEqual(times(10, 200));
    expect(passedOf(await statuses(larger.primaryKey, 10, gateway))).toBe(part(4));
  });

  it('T92: lets exactly the quota pass, at once too, then answers 403 until the period ends', async () => {
    const { primaryKey: key, subscriptionId } = await subscription({ quota: { calls: 20, period: 'day' } });
    await gateway.catchUp();
    const answers = await Promise.all(Array.from({ length: 30 }, () => gateway.ask({ key })));
    expect(passedOf(answers.map(({ status }) => status))).toBe(20);
    const refused = await gateway.ask({ key });
    expect([refused.status, refused.code]).toEqual([403, 'QuotaExceeded']);
    expect(refused.headers.get('ratelimit-policy')).toBe('"quota";q=20;w=86400');
    expect(refused.headers.get('ratelimit')).toMatch(/^"quota";r=0;t=\d+$/);
    expect(refused.headers.get('retry-after')).toBe(
      /t=(\d+)/.exec(refused.headers.get('ratelimit') ?? '')?.[1],
    );
    await eventually('the database to know', async () => (await usedOf(subscriptionId))?.isExhausted);
    expect(await usedOf(subscriptionId)).toMatchObject({ calls: 20 });
    t.advance(DAY_MS);
    expect((await gateway.ask({ key })).status).toBe(200);
  });

  it('judges the quota before the rate, and counts a call beyond the rate to no quota', async () => {
    const rate = { calls: 4, seconds: 60 };
    const { primaryKey: key } = await subscription({ rate, quota: { calls: 5, period: 'month' } });
    await gateway.catchUp();
    const first = await gateway.ask({ key });
    expect(first.headers.get('ratelimit-policy')).toMatch(/^"rate";q=4;w=60, "quota";q=5;w=\d+$/);
    expect(first.headers.get('ratelimit')).toMatch(/^"rate";r=\d;t=60, "quota";r=4;t=\d+$/);
    expect(await statuses(key, 10, gateway)).toContain(429);
    let passed = part(4);
    for (; passed < 5; t.advance(60_000)) passed += passedOf(await statuses(key, 1, gateway));
    untilNext(60_000);
    expect(await statuses(key, 3, gateway)).toEqual(times(3, 403));
  });

  it('lets a call beyond the quota pass as open where no key is needed', async () => {
    const { primaryKey: key, subscriptionId } = await subscription({
      own: { quota: { calls: 1, period: 'day' } },
    });
    await t.sql`update subscriptions set product_id = null where id = ${subscriptionId}`;
    await gateway.catchUp();
    const whose = async () => (await gateway.ask({ key, uri: '/weather' })).headers.get('x-subscription-id');
    expect(await whose()).not.toBe('');
    expect(await whose()).toBe('');
  });
});
