import { afterEach, beforeEach, expect, it } from 'vitest';
import { addMinutelyJob } from '../../src/db/outbox/jobs.ts';
import { runEveryMinute } from '../../src/jobs/schedule.ts';
import { verifyAudit } from '../../src/operations/audit/verify.ts';
import { invite } from '../../src/operations/invitations/invite.ts';
import { ADMIN, createTestContext, SYSTEM, type TestContext } from '../support/context.ts';
import { createCapturedLog } from '../web/serve.ts';

const slack = { isReachable: () => true, trouble: () => null };
const DAYS_MS = 40 * 86_400_000;

let t: TestContext;
beforeEach(async () => {
  t = await createTestContext();
});
afterEach(() => t.close());

const runMinute = (log = createCapturedLog().log, isClockSure = true) =>
  runEveryMinute({ context: t.as(SYSTEM), log, slack, isClockSure: () => isClockSure });
const jobs = () => t.sql`select id from graphile_worker.jobs where task_identifier = 'every-minute'`;

it('asked by ten processes at once and again, the work of a minute is queued once', async () => {
  await Promise.all(Array.from({ length: 10 }, () => addMinutelyJob(t.db, 'ours')));
  const queued = await jobs();
  expect(queued).toHaveLength(1);
  await t.sql`delete from graphile_worker._private_jobs`;
  await addMinutelyJob(t.db, 'ours');
  expect(await jobs()).toHaveLength(0);
});

it.each([
  ['61 seconds ago', '-61 seconds'],
  ['40 days ahead, while the clock was wrong', '40 days'],
])('the work of a minute is due when the last began %s', async (_when, distance) => {
  await t.sql`insert into minutely_work values ('ours', now() + ${distance}::interval)`;
  await addMinutelyJob(t.db, 'ours');
  expect(await jobs()).toHaveLength(1);
});

it('a killed worker that holds the job of a minute does not keep the next from being queued', async () => {
  await addMinutelyJob(t.db, 'ours');
  await t.sql`update graphile_worker._private_jobs set locked_by = 'killed', locked_at = now()`;
  await t.sql`update minutely_work set begun_at = now() - interval '1 minute'`;
  await addMinutelyJob(t.db, 'ours');
  const [waiting] =
    await t.sql`select count(*)::int as count from graphile_worker.jobs where locked_at is null`;
  expect(waiting?.count).toBe(1);
});

it('a step that fails is named in the log, and the steps and rows after it are handled', async () => {
  const [bad, good] = [
    await invite(t.as(ADMIN), { email: 'bad@example.com' }),
    await invite(t.as(ADMIN), { email: 'good@example.com' }),
  ];
  t.advance(t.policy.invitationLifetimeHours * 3_600_000);
  await t.sql.unsafe(`
    create function refuse() returns trigger language plpgsql as $$ begin raise exception 'broken'; end $$;
    create trigger refuse before update on invitations for each row
      when (new.id = '${bad.invitationId}') execute function refuse()`);
  const { log, logged } = createCapturedLog();
  await expect(runMinute(log)).rejects.toThrow('failed: expire invitations');
  expect(logged.join('')).toContain('"step":"expire invitations"');
  const states = await t.sql`select id, state from invitations`;
  expect(Object.fromEntries(states.map(({ id, state }) => [id, state]))).toEqual({
    [bad.invitationId]: 'open',
    [good.invitationId]: 'expired',
  });
  const expired = await t.sql`select target_id from audit where operation = 'invitations/expire'`;
  expect(expired.map((row) => row.target_id)).toEqual([good.invitationId]);
  const [unlinked] = await t.sql`select count(*)::int as rows from audit_unlinked where service_id = 'ours'`;
  expect(unlinked?.rows).toBe(0);
});

it.each([
  ['forward by 40 days and back', DAYS_MS],
  ['back by 40 days and forward again', -DAYS_MS],
])('T78: the audit verifies after a clock that went %s', async (_how, jump) => {
  await invite(t.as(ADMIN), { email: 'before@example.com' });
  await runMinute();
  t.advance(jump);
  await invite(t.as(ADMIN), { email: 'meanwhile@example.com' });
  await runMinute();
  await invite(t.as(ADMIN), { email: 'not-linked-meanwhile@example.com' });
  t.advance(-jump);
  await invite(t.as(ADMIN), { email: 'after@example.com' });
  await runMinute();
  t.advance(2 * 3_600_000);
  const verified = await verifyAudit(t.as(ADMIN), {});
  expect(verified.problem).toBeNull();
  const [all] = await t.sql`select count(*)::int as rows from audit where service_id = 'ours'`;
  expect(verified.rows).toBe(all?.rows);
});

it('nothing expires in a minute in which the clock is in doubt', async () => {
  await invite(t.as(ADMIN), { email: 'early@example.com' });
  t.advance(t.policy.invitationLifetimeHours * 3_600_000);
  const stateAfter = async (isClockSure: boolean) => {
    await runMinute(undefined, isClockSure);
    return (await t.sql`select state from invitations`)[0]?.state;
  };
  expect(await stateAfter(false)).toBe('open');
  expect(await stateAfter(true)).toBe('expired');
});
