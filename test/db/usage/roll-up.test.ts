// Old hours become days, and lose no call on the way.
import { beforeAll, expect, it } from 'vitest';
import { connect } from '../../../src/db/connection/connect.ts';
import { readUsage } from '../../../src/db/usage/read.ts';
import { rollUpUsage } from '../../../src/db/usage/roll-up.ts';
import type { UsageOf, UsageTime } from '../../../src/domain/usage-times.ts';
import { runEveryMinute } from '../../../src/jobs/schedule.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { eraseAccount } from '../../../src/operations/accounts/erase.ts';
import { ADMIN, createTestContext, SYSTEM } from '../../support/context.ts';
import { eventually } from '../../support/eventually.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { createCapturedLog } from '../../web/serve.ts';
import { type Called, callBy, createCalls, DAY_MS, HOUR_MS } from './calls.ts';

/** Two minutes after midnight. */
const NOW = new Date('2026-05-20T00:02:00Z');
const MIDNIGHT = Date.parse('2026-05-20');

const t = forAllTests(createTestContext);
let calls: ReturnType<typeof createCalls>;
beforeAll(async () => {
  calls = createCalls(t);
  for (const id of ['orders', 'films']) await calls.programme.api(id, id);
  await calls.programme.product(['orders', 'films'], { id: 'gold' });
});

const write = (rows: Parameters<typeof calls.write>[0]) => calls.write(rows, { now: NOW });
const rollUp = (now = NOW) => rollUpUsage(t.db, 'ours', now);
async function rows({ id }: Pick<Called, 'id'>) {
  const found = await t.sql<{ span: string; hours: number; calls: number }[]>`
    select span, (extract(epoch from starts_at - ${NOW.toISOString()}::date) / 3600)::int as hours, calls::int
    from subscription_calls where subscription_id = ${id} order by starts_at, span`;
  return found.map(({ span, hours, calls: count }) => `${span} ${hours}: ${count}`);
}
const passed = async (of: UsageOf, time: UsageTime, now = NOW) =>
  (await readUsage(t.db, { serviceId: 'ours', of, time, now })).map((point) => point.passed);
const sum = (figures: number[]) => figures.reduce((all, one) => all + one, 0);

it('hours of days that ended 25 hours ago become days and months; the chart stays as it was', async () => {
  const one = await calls.subscription();
  const hours = [-73, -72, -50, -49, -48, -25, -24, -23, -1, 0];
  await write(hours.map((hour) => callBy(one, { lastAt: MIDNIGHT + hour * HOUR_MS })));
  const of = { of: 'subscription', id: one.id } as const;
  const before = await Promise.all([passed(of, '24 hours'), passed(of, '30 days'), passed(of, '12 months')]);
  await rollUp();
  await rollUp();
  expect(await rows(one)).toEqual([
    ...['month -456: 4', 'day -96: 1', 'day -72: 3'],
    ...[-48, -25, -24, -23, -1, 0].map((hour) => `hour ${hour}: 1`),
  ]);
  expect(await Promise.all([passed(of, '24 hours'), passed(of, '30 days'), passed(of, '12 months')])).toEqual(
    before,
  );
  expect(before.map(sum)).toEqual([3, 10, 10]);
  expect(sum(await passed({ of: 'product', id: 'gold' }, '30 days'))).toBe(10);
});

it('a late batch for a day that was rolled up is added to that day', async () => {
  const one = await calls.subscription();
  const lastAt = MIDNIGHT - 10 * DAY_MS + 5 * HOUR_MS;
  for (let batch = 0; batch < 3; batch++) {
    await write([callBy(one, { lastAt, calls: 4 })]);
    await rollUp();
  }
  expect(await rows(one)).toEqual(['month -456: 12', 'day -240: 12']);
});

it('several processes roll up at once, while others write, and each call counts once', async () => {
  const subscriptions = await Promise.all(Array.from({ length: 8 }, () => calls.subscription()));
  const batch = subscriptions.flatMap((one) =>
    Array.from({ length: 200 }, (_, hour) =>
      callBy(one, { lastAt: MIDNIGHT - 60 * DAY_MS - hour * HOUR_MS }),
    ),
  );
  await write(batch);
  // One that waits for another too long gives way, and is run again.
  const untilDone = (work: () => Promise<unknown>) =>
    eventually('it to be done', () =>
      work().then(
        () => true,
        () => false,
      ),
    );
  const by = ['one', 'two', 'three'];
  await Promise.all([
    ...by.map(() => untilDone(() => rollUp())),
    ...by.map((name) => untilDone(() => calls.write(batch, { by: name, now: NOW }))),
  ]);
  await rollUp();
  for (const { id } of subscriptions)
    expect(sum(await passed({ of: 'subscription', id }, '12 months'))).toBe(800);
  const [left] = await t.sql`select count(*)::int as count from subscription_calls
    where span = 'hour' and starts_at < ${new Date(MIDNIGHT - 50 * DAY_MS).toISOString()}`;
  expect(left?.count).toBe(0);
});

it('one that is killed in the middle loses nothing, and the next one finishes', async () => {
  const one = await calls.subscription();
  const lastAt = MIDNIGHT - 20 * DAY_MS;
  await write([callBy(one, { lastAt })]);
  await rollUp();
  await write(Array.from({ length: 24 }, (_, hour) => callBy(one, { lastAt: lastAt + hour * HOUR_MS })));
  const killed = connect(t.databaseUrl, { max: 1 });
  const [{ pid }] = await killed.sql<[{ pid: number }]>`select pg_backend_pid() as pid`;
  await t.sql.begin(async (blocker) => {
    await blocker`select 1 from subscription_calls where subscription_id = ${one.id} and span = 'day' for update`;
    let rolling: Promise<unknown> | null = null;
    await eventually('it to wait in the middle', async () => {
      // It gives way after a while.
      rolling ??= rollUpUsage(killed.db, 'ours', NOW).catch(() => {
        rolling = null;
      });
      const [row] = await t.sql`select wait_event_type as waits from pg_stat_activity where pid = ${pid}`;
      return row?.waits === 'Lock';
    });
    await t.sql`select pg_terminate_backend(${pid})`;
    await rolling;
  });
  await killed.close();
  expect(await rows(one)).toHaveLength(26);
  await rollUp();
  expect(await rows(one)).toEqual(['month -1176: 25', 'day -480: 25']);
});

it('days older than 400 go, and the record of a gateway that is silent for a month', async () => {
  const one = await calls.subscription();
  for (const days of [399, 401]) await write([callBy(one, { lastAt: MIDNIGHT - days * DAY_MS })]);
  await rollUp();
  expect(await rows(one)).toEqual([`day ${-399 * 24}: 1`]);
  await rollUp(new Date(NOW.getTime() + 31 * DAY_MS));
  expect(await t.sql`select 1 from call_batches where service_id = 'ours'`).toHaveLength(0);
});

it('the work of each minute rolls up, unless the clock may be wrong', async () => {
  const one = await calls.subscription();
  const { log } = createCapturedLog();
  const lastAt = Date.now() - 5 * DAY_MS;
  await calls.write([callBy(one, { lastAt })]);
  const spans = async (isClockSure: boolean) => {
    const slack = { isReachable: () => true, trouble: () => null };
    await runEveryMinute({ context: t.as(SYSTEM), log, slack, isClockSure: () => isClockSure });
    return t.sql`select span from subscription_calls where subscription_id = ${one.id} order by span`;
  };
  expect(await spans(false)).toEqual([{ span: 'hour' }]);
  expect(await spans(true)).toEqual([{ span: 'day' }, { span: 'month' }]);
});

it('erasing an account leaves nothing of its calls but the sums of its product', async () => {
  await calls.programme.product(['orders'], { id: 'erased' });
  const one = await calls.subscription('erased');
  await write([callBy(one, { productId: 'erased', lastAt: MIDNIGHT, calls: 3 })]);
  await deleteAccount(t.as(ADMIN), { accountId: one.accountId, deleteSubscriptions: true });
  t.advance(31 * DAY_MS);
  await eraseAccount(t.as(SYSTEM), { accountId: one.accountId });
  expect(await rows(one)).toEqual([]);
  expect(sum(await passed({ of: 'product', id: 'erased' }, '24 hours'))).toBe(3);
});
