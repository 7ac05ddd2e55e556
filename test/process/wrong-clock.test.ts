// T78: a server whose own clock is wrong goes by the database's.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { wrongClock } from '../support/faketime.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { type AppProcess, createProcesses, runProgram } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MINUTE_MS = 120_000;
const SECRET_KEY = Buffer.alloc(32, 5).toString('base64');

const folder = forAllTests(() => temporaryFolder('clock'));
const database = forAllTests(createTestDatabase);
const slack = forAllTests(createSlackDriver);
const processes = forAllTests(createProcesses);
let app: AppProcess | undefined;

const environment = () => ({
  DATA_DIR: folder.path,
  DATABASE_URL: database.url,
  SECRET_KEY,
  ...slack.settings,
});

/** Lets the timer find the work of a minute due, and waits until it has been done. */
async function minute(): Promise<void> {
  await database.sql`insert into minutely_work values ('default', now() - interval '1 minute')
    on conflict (service_id) do update set begun_at = excluded.begun_at`;
  await eventually(
    () => `a minute; it said:\n${app?.output()}`,
    async () =>
      (await database.sql`select from minutely_work where begun_at > now() - interval '50 seconds'`).length >
      0,
    MINUTE_MS,
  );
  await eventually(
    'the end of the minute',
    async () =>
      (await database.sql`select from graphile_worker.jobs where task_identifier = 'every-minute'`).length ===
      0,
    MINUTE_MS,
  );
}

async function invites(email: string): Promise<void> {
  await slack.as('admin').types(`/apim-user invite ${email}`);
  await eventually(`the mail to ${email}`, () => slack.inbox.mails().some((mail) => mail.to.includes(email)));
}

it.skipIf(!wrongClock(''))(
  'T78: 40 days ahead and back, then an hour back: nothing ends early, the audit verifies, minutes go on',
  async () => {
    const clock = wrongClock(join(folder.path, 'distance'));
    await clock?.set('+0');
    app = processes.start({ ...environment(), ...clock?.env });
    slack.deliverTo(await app.address());
    await invites('ann@example.com');
    await slack.as('admin').types('/apim-user add bob@example.com Bob Lee');
    await eventually('the account', async () => (await database.sql`select from accounts`).length > 0);
    await database.sql`update accounts set state = 'deleted', deleted_at = now()`;
    await database.sql`insert into sessions (service_id, id, account_id, hash, agent, created_at, last_seen_at, expires_at)
      select 'default', gen_random_uuid(), id, 'x', '', now(), now(), now() + interval '1 day' from accounts`;

    for (const [distance, email] of [
      ['+40d', 'meanwhile@example.com'],
      ['+0', 'after@example.com'],
      ['-1h', 'earlier@example.com'],
      ['+0', 'again@example.com'],
    ] as const) {
      await clock?.set(distance);
      // Slack signs with the right time, and the mail's link must not have ended when the mail leaves.
      await invites(email);
      await minute();
    }
    expect(await database.sql`select email from accounts where erased_at is null`).toEqual([
      { email: 'bob@example.com' },
    ]);
    expect(await database.sql`select from sessions`).toHaveLength(1);
    expect(
      await database.sql`select from invitations where state <> 'open' or abs(extract(epoch from
      created_at - now())) > 600`,
    ).toHaveLength(0);
    expect(
      await database.sql`select from audit where abs(extract(epoch from at - now())) > 600`,
    ).toHaveLength(0);
    const verified = await runProgram('audit', ['verify'], environment());
    expect([verified.code, verified.err]).toEqual([0, '']);
    expect(app.output()).not.toMatch(/"level":[56]0/);
  },
  300_000,
);

it.skipIf(wrongClock(''))('T78 was not tried: install the package faketime', () => {});
