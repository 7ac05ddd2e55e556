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
    SECOND_OPERATOR_FOR_MORE_THAN: 'none',
    ...slack.settings,
  });
}

const blocked = async (): Promise<number> =>
  (await database.sql`select count(*)::int as n from accounts where state = 'blocked'`)[0]?.n;

const accounts = async (): Promise<number> =>
  (await database.sql`select count(*)::int as n from accounts`)[0]?.n;

it.skipIf(process.platform === 'win32')(
  `T129: an import of ${ROWS} rows, then a block of them all, does each row once although each is killed three times`,
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

    const killAt = async (killedAt: number, done: () => Promise<number>) => {
      await eventually(
        () => `${killedAt} rows; it said:\n${app.output()}`,
        async () => (await done()) >= killedAt,
        WAIT_MS,
      );
      app.child.kill('SIGKILL');
      expect(await app.ended).toBe('SIGKILL');
      expect(await done()).toBeLessThan(ROWS);
      // The sweep that finds the import must come in time; then the test ends the lease instead of waiting for it.
      const [held] = await database.sql`select leased_until as until from batches`;
      const until = (held?.until as Date | null)?.getTime() ?? 0;
      expect(until + SWEPT_EVERY_MS - Date.now()).toBeLessThan(PROMISED_MS);
      await database.sql`update batches set leased_until = now() - interval '1 second' where leased_until is not null`;
      app = start(new URL(address).port);
      await app.address();
    };
    for (const killedAt of KILLED_AT) await killAt(killedAt, accounts);
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

    await admin.types('/apim-user list');
    await admin.sees(/Select…/);
    await admin.clicks('Select…');
    const form = await admin.modal('Select accounts');
    await form.fill({ Or: 'All 2,000 that match', 'What to do': 'Block' });
    await form.submit();
    await form.sees(/First you see what happens to each/);
    await form.submit();
    await form.sees(/The preview is in our direct message/);
    await form.closeAll();
    await (await admin.message(/Block 2,000 accounts\?/, WAIT_MS)).clicks('Block 2,000 accounts');
    for (const killedAt of KILLED_AT) await killAt(killedAt, blocked);
    await admin.message(/Block 2,000 accounts\W* is done: 2,000 blocked/, WAIT_MS);
    const [cut] = await database.sql`select
      (select count(*)::int from accounts where state = 'blocked') as blocked,
      (select count(*)::int from audit where operation = 'accounts/block' and outcome = 'done') as audited,
      (select count(distinct target_id)::int from audit where operation = 'accounts/block') as distinct,
      (select count(*)::int from mails where template = 'AccountBlocked') as mails,
      (select count(distinct account_id)::int from mails where template = 'AccountBlocked') as mailed`;
    expect(cut).toEqual({ blocked: ROWS, audited: ROWS, distinct: ROWS, mails: ROWS, mailed: ROWS });
    expect(slack.refusals()).toEqual([]);
    app.child.kill('SIGTERM');
    expect(await app.ended).toBe(0);
  },
  900_000,
);
