// T75 with processes of the product: a kill after Slack's report, and settings that name a person who can't act.
import { beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { type AppProcess, createProcesses } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WAIT_MS = 60_000;
const ALWAYS = 1_000_000;

const folder = forAllTests(() => temporaryFolder('left'), 120_000);
const database = forAllTests(createTestDatabase, 120_000);
const driver = forAllTests(createSlackDriver, 120_000);
let guest: string;
const processes = forAllTests(createProcesses, 120_000);

async function start(): Promise<AppProcess> {
  const app = processes.start({
    HOST: '127.0.0.1',
    DATA_DIR: folder.path,
    DATABASE_URL: database.url,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    ...driver.settings,
    SLACK_ADMINS: `${driver.ids.admin},${guest}`,
    LOG_LEVEL: 'warn',
  });
  driver.deliverTo(await app.address());
  await database.sql`select graphile_worker.add_job('every-minute')`;
  return app;
}
const operator = async (person: string) =>
  (await database.sql`select role from operators where slack_user_id = ${person}`)[0];
const hasLostRole = (person: string) =>
  eventually('the role to be gone', async () => (await operator(person))?.role === null, WAIT_MS);

beforeAll(async () => {
  guest = driver.addPerson('gus', { isRestricted: true }).id;
}, 120_000);

describe.skipIf(process.platform === 'win32')('T75: people who left', () => {
  let app: AppProcess;

  it('a guest whom SLACK_ADMINS names loses the role, for good, and the log says so', async () => {
    app = await start();
    await hasLostRole(guest);
    const line = await eventually('the log', () =>
      app
        .output()
        .split('\n')
        .find((one) => one.includes('this operator lost their role and tokens')),
    );
    expect(JSON.parse(line)).toMatchObject({ userId: guest, role: 'admin', membership: 'guest' });
    expect((await operator(driver.ids.admin))?.role).toBe('admin');
  }, 180_000);

  it('a process that is killed right after it acknowledged a report leaves the rest to the next one', async () => {
    const { approver } = driver.ids;
    driver.slackFails('users.info', { kind: 'hang' }, ALWAYS);
    const answer = await driver.changePerson(approver, { isDeactivated: true });
    app.child.kill('SIGKILL');
    expect(await app.ended).toBe('SIGKILL');
    expect(answer).toMatchObject({ status: 200, problem: '' });
    expect((await operator(approver))?.role).toBe('approver');
    driver.nothingFails();
    // The test ends what the dead process holds instead of waiting for it.
    await database.sql`update slack_receipts set lease_until = now() - interval '1 second' where lease_until is not null`;
    await database.sql`select graphile_worker.force_unlock_workers(array_agg(locked_by))
      from graphile_worker.jobs where locked_by is not null having count(*) > 0`;
    await database.sql`select graphile_worker.reschedule_jobs(array_agg(id), run_at := now()) from graphile_worker.jobs
      having count(*) > 0`;
    app = await start();
    await hasLostRole(approver);
    expect((await operator(guest))?.role).toBe(null);
  }, 180_000);
});
