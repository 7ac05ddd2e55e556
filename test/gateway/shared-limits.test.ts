// Rates and quotas that two processes share.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createGatewayConfirmation } from '../../src/db/gateway/confirmation.ts';
import { type Quota, quotaPeriodAt, type Rate } from '../../src/domain/call-limits.ts';
import { FOLLOWER_FRESH_MS } from '../../src/domain/gateway-rows.ts';
import { ADMIN, createTestContext } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createProgramme } from './programme.ts';
import { type ServedGateway, serveGateway } from './serve.ts';

const WINDOW_MS = 300_000;
const WRITE_EVERY_MS = 5_000;

const t = forAllTests(createTestContext);
const programme = createProgramme(() => t.as(ADMIN));
let confirmation: ReturnType<typeof createGatewayConfirmation>;
let gateways: ServedGateway[] = [];
/** How often a process did not write in time when it was asked. */
let late = 0;
beforeAll(async () => {
  confirmation = createGatewayConfirmation(t.databaseUrl, 'ours');
  await programme.api('orders/v1', 'orders');
});
afterAll(async () => {
  await confirmation.close();
});
beforeEach(async () => {
  await t.sql`delete from gateway_followers`;
  untilNextWindow();
});
afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.close()));
});

async function start(): Promise<ServedGateway> {
  const gateway = await serveGateway(t, 'memory', {
    async writeAllUsage() {
      const haveAll = await confirmation.writeUsage();
      if (!haveAll) late += 1;
      return haveAll;
    },
  });
  gateways.push(gateway);
  return gateway;
}

function untilNextWindow(): void {
  t.advance(WINDOW_MS - (t.clock().getTime() % WINDOW_MS));
}

async function subscription(limits: { rate?: Rate; quota?: Quota }) {
  const made = await programme.subscription({ apiId: 'orders' });
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  await t.sql`update subscriptions set rate = ${json(limits.rate)}::text::jsonb,
    quota = ${json(limits.quota)}::text::jsonb where id = ${made.subscriptionId}`;
  return made;
}

/** How many of these calls pass, at each gateway at once. */
async function passed(key: string, calls: number, at: readonly ServedGateway[]): Promise<number> {
  const answers = await Promise.all(
    at.flatMap((one) => Array.from({ length: calls }, () => one.ask({ key }))),
  );
  return answers.filter(({ status }) => status === 200).length;
}
/** What each may give away in the next window, by its first call there. */
async function sharesOf(key: string, at: readonly ServedGateway[]): Promise<number[]> {
  const answers = await Promise.all(at.map((one) => one.ask({ key })));
  return answers.map(({ status, headers }) => {
    const left = Number(/r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
    return status === 200 ? left + 1 : left;
  });
}
const freshFollowers = async () => {
  const [row] = await t.sql`select count(*)::int as count from gateway_followers
    where last_beat_at > now() - ${FOLLOWER_FRESH_MS / 2_000} * interval '1 second'`;
  return row?.count;
};
/** To the begin of a period, so that none ends during a test. */
function untilNextMonth(): void {
  const now = t.clock().getTime();
  t.advance(quotaPeriodAt('month', now).endsAt - now);
}
const usedOf = async (subscriptionId: string) => {
  const [row] = await t.sql`select calls::int, is_exhausted as "isExhausted" from quota_use
    where subscription_id = ${subscriptionId}`;
  return row;
};

it('T91: two processes that both answer let exactly the rate pass, and a newcomer less than one more', async () => {
  const { primaryKey: key } = await subscription({ rate: { calls: 10, seconds: 300 } });
  const first = await start();
  await eventually('the first to be alone', async () => {
    untilNextWindow();
    return (await passed(key, 12, [first])) === 10;
  });
  const both = [first, await start()];
  let steady = 0;
  await eventually('five windows with both', async () => {
    const wereThere = await freshFollowers();
    untilNextWindow();
    const before = await sharesOf(key, both);
    const inWindow = before.filter((share) => share > 0).length + (await passed(key, 12, both));
    // On a busy machine a heartbeat comes late.
    if (wereThere === 2 && (await freshFollowers()) === 2) expect(inWindow).toBeLessThan(20);
    untilNextWindow();
    const after = await sharesOf(key, both);
    if (String(before) !== '5,5' || String(after) !== '5,5') return false;
    expect(inWindow).toBe(10);
    steady += 1;
    return steady === 5;
  });
});

it('T91: a process that stops leaves its share to the other', async () => {
  const { primaryKey: key } = await subscription({ rate: { calls: 10, seconds: 300 } });
  const [one, two] = [await start(), await start()];
  await eventually('both to share', async () => {
    untilNextWindow();
    return String(await sharesOf(key, [one, two])) === '5,5';
  });
  await two.close();
  gateways = [one];
  await eventually('the other to have all of the rate', async () => {
    untilNextWindow();
    return (await passed(key, 12, [one])) === 10;
  });
});

it('T92: two processes that both answer let less than twice the quota pass, and with calls in turn exactly the quota', async () => {
  const both = [await start(), await start()];
  const warm = await subscription({ rate: { calls: 10, seconds: 300 } });
  await eventually('both to share', async () => {
    untilNextWindow();
    return String(await sharesOf(warm.primaryKey, both)) === '5,5';
  });
  untilNextMonth();
  const beganAt = performance.now();
  const quota: Quota = { calls: 40, period: 'month' };
  const inTurn = await subscription({ quota });
  const atOnce = await subscription({ quota });
  let passedInTurn = 0;
  for (let call = 0; call < 30; call++)
    for (const one of both) passedInTurn += await passed(inTurn.primaryKey, 1, [one]);
  // On a busy machine one may not answer in time, or write by itself in between.
  if (late === 0 && performance.now() - beganAt < WRITE_EVERY_MS) expect(passedInTurn).toBe(40);
  expect(passedInTurn).toBeGreaterThanOrEqual(40);
  expect(passedInTurn).toBeLessThan(80);
  const passedAtOnce = await passed(atOnce.primaryKey, 60, both);
  expect(passedAtOnce).toBeGreaterThanOrEqual(40);
  expect(passedAtOnce).toBeLessThan(80);
  for (const { primaryKey: key, subscriptionId } of [inTurn, atOnce]) {
    await eventually('every process to refuse', async () => (await passed(key, 1, both)) === 0);
    await eventually('the last calls to be written', async () => (await usedOf(subscriptionId))?.isExhausted);
  }
  await Promise.all(both.map((one) => one.gateway.stop()));
  expect(await usedOf(inTurn.subscriptionId)).toMatchObject({ calls: passedInTurn });
  expect(await usedOf(atOnce.subscriptionId)).toMatchObject({ calls: passedAtOnce });
});

it('T92: a process that starts knows what was used before it, and a raised quota lets calls pass again', async () => {
  untilNextMonth();
  const { primaryKey: key, subscriptionId } = await subscription({ quota: { calls: 20, period: 'month' } });
  const before = await start();
  expect(await passed(key, 13, [before])).toBe(13);
  await before.close();
  gateways = [];
  const after = await start();
  expect(await passed(key, 30, [after])).toBe(7);
  await t.sql`update subscriptions set quota = '{"calls": 25, "period": "month"}' where id = ${subscriptionId}`;
  await t.sql`update quota_use set is_exhausted = false where subscription_id = ${subscriptionId}`;
  await after.catchUp();
  expect(await passed(key, 30, [after])).toBe(5);
});
