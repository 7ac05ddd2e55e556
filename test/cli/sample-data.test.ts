import { beforeAll, describe, expect, it } from 'vitest';
import { sampleCalls } from '../../src/cli/samples/calls.ts';
import { sampleDeveloper } from '../../src/cli/samples/developers.ts';
import { parseEmailAddress } from '../../src/domain/email-address.ts';
import { linkAudit } from '../../src/operations/audit/link.ts';
import { grantFirstOperator } from '../../src/operations/operators/grant-first.ts';
import { bindWorkspace } from '../../src/operations/workspaces/bind.ts';
import { TEAM } from '../../src/playground/workspace/people.ts';
import { createTestConsole } from '../support/console.ts';
import { forAllTests } from '../support/for-all-tests.ts';

const SLOW_MS = 120_000;
const COUNT = 50;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const t = forAllTests(
  () => createTestConsole({ SECOND_OPERATOR_FOR: 'accounts/delete,invitations/invite' }),
  SLOW_MS,
);
beforeAll(async () => {
  await bindWorkspace(t.system(), { teamId: TEAM.id, tokenHash: 'a'.repeat(64) });
  await grantFirstOperator(t.system(), {
    teamId: TEAM.id,
    slackUserId: 'U0ADAADMIN',
    name: 'Ada Admin',
    role: 'admin',
  });
  // The chain has begun, so rows older than its newest would never be linked.
  await linkAudit(t.system(), {});
}, SLOW_MS);

const pairs = async (rows: Promise<unknown>) =>
  Object.fromEntries(
    ((await rows) as { key: string; count: number }[]).map(({ key, count }) => [key, count]),
  );
const accountsByState = () =>
  pairs(t.sql`select state as key, count(*)::int as count from accounts group by state`);
const mailsByState = () =>
  pairs(t.sql`select state as key, count(*)::int as count from mails group by state`);

describe('sample people', () => {
  it('have addresses that belong to no one, and the same seed makes the same people', () => {
    const people = Array.from({ length: 1_000 }, (_, number) => sampleDeveloper('a', number));
    for (const { email } of people)
      expect(parseEmailAddress(email).canonical).toMatch(/@([a-z-]+\.example|example\.com)$/);
    expect(new Set(people.map(({ email }) => parseEmailAddress(email).canonical)).size).toBe(1_000);
    expect(people).toEqual(people.map((_, number) => sampleDeveloper('a', number)));
    expect(sampleDeveloper('b', 0).email).not.toBe(sampleDeveloper('a', 0).email);
  });

  it('call as a programme is called: by day, on working days, more each month, with few refusals', () => {
    const now = Date.UTC(2026, 4, 20, 15, 30);
    const rows = Array.from({ length: 300 }, (_, number) => sampleDeveloper('a', number)).flatMap((one) =>
      one.subscriptions.flatMap((wanted) =>
        wanted.callsADay > 0
          ? sampleCalls(wanted, {
              caller: { subscription: null, keyMark: null },
              now,
              ageHours: one.hoursAgo,
            })
          : [],
      ),
    );
    const callsIn = (from: number, to: number, isOne = (_row: { outcome: string }) => true) =>
      rows.reduce(
        (sum, row) => sum + (row.lastAt >= from && row.lastAt < to && isOne(row) ? row.calls : 0),
        0,
      );
    const today = Date.UTC(2026, 4, 20);
    const daysAgo = (days: number) => callsIn(today - days * DAY, today - (days - 1) * DAY);
    const hoursAgo = (hours: number) => callsIn(today + (15 - hours) * HOUR, today + (16 - hours) * HOUR);
    // Yesterday was a Tuesday.
    const work = daysAgo(2) + daysAgo(1);
    for (const day of [1, 2, 5, 6, 7, 8, 9]) expect(daysAgo(day) / (work / 2), `${day}`).toBeGreaterThan(0.7);
    for (const day of [1, 2, 5, 6, 7, 8, 9]) expect(daysAgo(day) / (work / 2), `${day}`).toBeLessThan(1.3);
    expect((daysAgo(3) + daysAgo(4)) / work).toBeLessThan(0.7);
    expect(hoursAgo(13) / hoursAgo(4), 'two at night').toBeLessThan(0.5);
    expect(hoursAgo(1) / hoursAgo(25), 'the last whole hour').toBeGreaterThan(0.6);
    expect(callsIn(now - 30 * DAY, now) / callsIn(now - 120 * DAY, now - 90 * DAY)).toBeGreaterThan(1.3);
    const refused = callsIn(0, now, ({ outcome }) => outcome !== 'passed') / callsIn(0, now);
    expect(refused).toBeGreaterThan(0.001);
    expect(refused).toBeLessThan(0.02);
  });
});

describe('npm run sample-data', () => {
  it(
    'makes people in every state, and none of them twice',
    async () => {
      const first = await t.sampleData(String(COUNT));
      expect(first.err).toBe('');
      expect(first.code).toBe(0);
      expect(first.out).toContain(`${COUNT} made.`);
      const states = { active: 38, blocked: 4, pending: 2, deleted: 2 };
      expect(await accountsByState()).toEqual(states);
      const reasons = await t.sql`select distinct state_reason from accounts where state = 'blocked'`;
      expect(reasons.every(({ state_reason }) => state_reason !== '')).toBe(true);
      expect((await t.sql`select 1 from accounts where block_ends_at is not null`).length).toBe(2);
      expect((await t.sql`select 1 from approvals where state = 'open'`).length).toBe(2);
      expect((await t.sql`select 1 from account_groups`).length).toBeGreaterThan(10);
      const [invited] = await t.sql`
        select count(*) filter (where expires_at > now())::int as open,
          count(*) filter (where expires_at <= now())::int as expired from invitations`;
      expect(invited).toEqual({ open: 2, expired: 2 });

      const again = await t.sampleData(String(COUNT));
      expect(again.out).toContain(`0 made, ${COUNT} already existed.`);
      expect(await accountsByState()).toEqual(states);
      expect((await t.sql`select 1 from invitations`).length).toBe(4);
      expect((await t.sql`select 1 from approvals`).length).toBe(2);
    },
    SLOW_MS,
  );

  it(
    'gives them subscriptions in every state, with their use, and none twice',
    async () => {
      const wanted = Array.from({ length: COUNT }, (_, number) =>
        sampleDeveloper('apim-user', number),
      ).flatMap(({ subscriptions }) => subscriptions);
      const states = await pairs(
        t.sql`select state as key, count(*)::int as count from subscriptions group by state`,
      );
      const count = (state: string) => wanted.filter((one) => one.state === state).length;
      expect(states).toEqual({
        active: count('active'),
        suspended: count('suspended'),
        cancelled: count('cancelled'),
        expired: count('expired'),
        submitted: 2,
      });
      expect(Object.values(states).every((of) => of > 0)).toBe(true);
      const [used] =
        await t.sql`select count(*)::int as count, max(last_used_at) <= now() as past from subscription_usage`;
      expect(used).toEqual({ count: wanted.filter(({ callsADay }) => callsADay > 0).length, past: true });
      // Charts have half a year to show, and sums that fit.
      const [days] =
        await t.sql`select count(distinct starts_at::date)::int as count from subscription_calls`;
      expect(days?.count).toBeGreaterThan(60);
      const differing = await t.sql`select u.subscription_id from subscription_usage u
        where u.calls <> (select sum(c.calls) from subscription_calls c
          where c.service_id = u.service_id and c.subscription_id = u.subscription_id and c.span = 'hour'
            and c.outcome = 'passed')`;
      expect(differing).toEqual([]);
      expect((await t.sql`select 1 from products where is_published`).length).toBe(4);
      // What an operator has changed stays.
      await t.sql`update products set name = 'Mine' where id = 'starter'`;
      await t.sampleData('5');
      expect((await t.sql`select name from products where id = 'starter'`)[0]?.name).toBe('Mine');
      expect(
        await pairs(t.sql`select state as key, count(*)::int as count from subscriptions group by state`),
      ).toEqual(states);
    },
    SLOW_MS,
  );

  it('queues only the mails of open invitations and pending accounts', async () => {
    const mails = await mailsByState();
    expect(Object.keys(mails).sort()).toEqual(['cancelled', 'queued']);
    const waiting = await t.sql`
      select template, accounts.state from mails left join accounts on accounts.id = account_id
      where mails.state = 'queued' order by template`;
    expect(waiting.map(({ template, state }) => [template, state])).toEqual([
      ['ConfirmSignUpIdentityDefault', 'pending'],
      ['ConfirmSignUpIdentityDefault', 'pending'],
      ['InviteUserNotificationMessage', null],
      ['InviteUserNotificationMessage', null],
    ]);
  });

  it('leaves a person as an operator has changed them since', async () => {
    const { email } = sampleDeveloper('apim-user', 2);
    await t.operate('accounts/activate', email, '--as', 'Connie', '--reason', 'paid');
    await t.sampleData('5');
    const [row] = await t.sql`select state from accounts where email = ${email}`;
    expect(row?.state).toBe('active');
  }, 60_000);

  it(
    'writes an audit whose chain can be verified',
    async () => {
      await linkAudit(t.system(), {});
      const [rows] = await t.sql`select count(*)::int as count from audit`;
      const { code, out } = await t.audit('verify');
      expect(out).toContain(`rows: ${rows?.count}\n`);
      expect(out).toContain('The chain is whole.');
      expect(code).toBe(0);
    },
    SLOW_MS,
  );

  it.each([
    ['nothing', '0'],
    ['a word', 'many'],
    ['too many', '10001'],
    ['two numbers', '5', '6'],
  ])('explains what COUNT may be when it is given %s', async (_what, ...words) => {
    const { code, err } = await t.sampleData(...words);
    expect(code).toBe(64);
    expect(err).toContain('COUNT is one number');
  });

  it(
    'refuses to run beside a real Slack or mail service unless it is told to, and then mails no developer',
    async () => {
      const before = await accountsByState();
      const resend = { RESEND_API_KEY: 're_1', MAIL_FROM: 'a@example.com' };
      const refused = await t.sampleDataWith(resend, '10', '--seed', 'b');
      expect(refused.code).toBe(64);
      expect(refused.err).toContain("isn't the playground's");
      await bindWorkspace(t.system(), { teamId: 'T0REAL', tokenHash: 'b'.repeat(64) });
      expect((await t.sampleData('10', '--seed', 'b')).code).toBe(64);
      expect(await accountsByState()).toEqual(before);

      const queued = (await mailsByState()).queued;
      const meant = await t.sampleData('20', '--seed', 'b', '--not-playground');
      expect(meant.out).toContain('20 made.');
      expect((await mailsByState()).queued).toBe(queued);
    },
    SLOW_MS,
  );

  it('refuses to run in production, whatever its options say', async () => {
    const production = {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://developers.example.com',
      SLACK_BOT_TOKEN: 'xoxb-1',
      SLACK_SIGNING_SECRET: 'x'.repeat(32),
      RESEND_API_KEY: 're_1',
      MAIL_FROM: 'a@example.com',
      SUPPORT_EMAIL: 'a@example.com',
      GATEWAY_SECRET: 'none',
    };
    const { code, err } = await t.sampleDataWith(production, '5', '--seed', 'c', '--not-playground');
    expect(code).toBe(64);
    expect(err).toContain("can't be made in production");
  }, 60_000);
});
