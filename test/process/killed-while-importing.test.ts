import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { type AppProcess, createProcesses } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROWS = 2_000;
/** The process is killed at so many rows, at any point within a row. */
const KILLED_AT = [100, 600, 1_400];
const PROMISED_MS = 120_000;
const SWEPT_EVERY_MS = 60_000;
const WAIT_MS = 300_000;

const folder = forAllTests(() => temporaryFolder('import'), 120_000);
const database = forAllTests(createTestDatabase, 120_000);
/** Slack and the mail service, which outlive the process. */
const slack = forAllTests(createSlackDriver, 120_000);
const processes = forAllTests(createProcesses, 120_000);

function start(port = '0'): AppProcess {
  return processes.start({
    PORT: port,
    DATA_DIR: folder.path,
    DATABASE_URL: database.url,
    SECRET_KEY: Buffer.alloc(32, 6).toString('base64'),
    ...slack.settings,
  });
}

const accounts = async (): Promise<number> =>
  (await database.sql`select count(*)::int as n from accounts`)[0]?.n;

it.skipIf(process.platform === 'win32')(
  `an import of ${ROWS} rows makes ${ROWS} accounts and ${ROWS} mails although its process is killed three times`,
  async () => {
    let app = start();
    const address = await app.address();
    slack.deliverTo(address);
    const admin = slack.as('admin');
    admin.goesToDm();
    const rows = Array.from({ length: ROWS }, (_, n) => `dev${n}@example.com,Ann,Lee ${n},add`);
    await admin.shares('developers.csv', `email,first,last,mode\n${rows.join('\n')}\n`);
    const dryRun = await admin.message(/Dry run of \W*developers\.csv/, WAIT_MS);
    expect(dryRun.text()).toContain(`${ROWS.toLocaleString('en-US')} new`);
    await dryRun.clicks('Apply');

    for (const killedAt of KILLED_AT) {
      await eventually(
        () => `${killedAt} accounts; it said:\n${app.output()}`,
        async () => (await accounts()) >= killedAt,
        WAIT_MS,
      );
      app.child.kill('SIGKILL');
      expect(await app.ended).toBe('SIGKILL');
      expect(await accounts()).toBeLessThan(ROWS);
      // The sweep that finds the import must come in time; then the test ends the lease instead of waiting for it.
      const [held] = await database.sql`select leased_until as until from batches`;
      const until = (held?.until as Date | null)?.getTime() ?? 0;
      expect(until + SWEPT_EVERY_MS - Date.now()).toBeLessThan(PROMISED_MS);
      await database.sql`update batches set leased_until = now() - interval '1 second' where leased_until is not null`;
      app = start(new URL(address).port);
      await app.address();
    }
    await admin.message(/Applied \W*developers\.csv/, WAIT_MS);

    const [made] = await database.sql`select
      (select count(*)::int from accounts) as accounts,
      (select count(distinct email_canonical)::int from accounts) as addresses,
      (select count(*)::int from mails) as mails,
      (select count(distinct account_id)::int from mails) as mailed,
      (select count(*)::int from audit where operation = 'accounts/add' and outcome = 'done') as audited,
      (select count(*)::int from audit where outcome = 'refused') as refused`;
    expect(made).toEqual({
      accounts: ROWS,
      addresses: ROWS,
      mails: ROWS,
      mailed: ROWS,
      audited: ROWS,
      refused: 0,
    });
    // One mail leaves a second, so ten seconds have ten at most, and one more for each kill.
    const [most] =
      await database.sql`select max(n)::int as n from (select count(*) as n from mails where attempts = 0
      group by floor(extract(epoch from next_attempt_at) / 10)) as spans`;
    expect(most?.n).toBeLessThanOrEqual(10 + KILLED_AT.length);
    const sent = slack.inbox.mails().flatMap((mail) => mail.to);
    expect(new Set(sent).size).toBe(sent.length);
    // Each row says that it was added, also the rows that the killed process could not report.
    const result = admin.reads('developers result').trimEnd().split('\r\n').slice(1);
    expect(result).toHaveLength(ROWS);
    expect(result.filter((line) => !line.endsWith('"added"'))).toEqual([]);
    expect(slack.refusals()).toEqual([]);
    app.child.kill('SIGTERM');
    expect(await app.ended).toBe(0);
  },
  900_000,
);
