import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { freePort } from '../support/free-port.ts';
import { type AppProcess, createProcesses } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WAIT_MS = 60_000;
/** The test holds this lock, so that a statement that a trigger watches stops midway. */
const STALL = 7_474;

const folder = forAllTests(() => temporaryFolder('answering'), 120_000);
const database = forAllTests(createTestDatabase, 120_000);
const driver = forAllTests(createSlackDriver, 120_000);
const processes = forAllTests(createProcesses, 120_000);

/** Processes of one product share their public address, because each may send a mail that another wrote. */
async function start(): Promise<{ app: AppProcess; url: string }> {
  const port = await freePort();
  const app = processes.start({
    PORT: String(port),
    HOST: '127.0.0.1',
    DATA_DIR: folder.path,
    DATABASE_URL: database.url,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    PUBLIC_URL: 'http://localhost:3000',
    ...driver.settings,
    SECOND_OPERATOR_FOR: 'none',
  });
  await app.address();
  return { app, url: `http://127.0.0.1:${port}` };
}

beforeAll(async () => {
  await database.sql.unsafe(`
    create function stall() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock(${STALL}); return new; end $$;
    create trigger stall before insert on slack_receipts for each row execute function stall();
    create trigger stall before insert on invitations for each row
      when (new.email like 'stalled%') execute function stall();
    create trigger stall before update on accounts for each row
      when (new.email like 'stalled%') execute function stall();
    create trigger stall before update on operators for each row execute function stall();
    alter table slack_receipts disable trigger stall`);
}, 120_000);

const isStalled = async () =>
  (
    await database.sql`select 1 from pg_locks where locktype = 'advisory' and objid = ${STALL} and not granted`
  ).length > 0;
const audited = (operation: string) =>
  database.sql`select outcome from audit where operation = ${operation} and actor_id like ${`%/${driver.ids.admin}`}`;
const invited = async (like: string) =>
  (await database.sql`select email from invitations where email like ${like} order by email`).map(
    ({ email }) => email,
  );

describe.skipIf(process.platform === 'win32')('T74: a process that SIGKILL ends', () => {
  let dying: Awaited<ReturnType<typeof start>>;
  let other: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    other = await start();
  }, 120_000);
  beforeEach(async () => {
    dying = await start();
    driver.deliverTo(dying.url);
  }, 120_000);
  afterEach(() => driver.nothingFails());

  /** Holds what the triggers watch while `send` runs, kills the process there, and lets the other one take over. */
  async function killedMidway<T>(send: () => Promise<T>, isReached: () => Promise<boolean>): Promise<T> {
    const holder = await database.sql.reserve();
    let sent: Promise<T>;
    try {
      await holder`select pg_advisory_lock(${STALL})`;
      sent = send();
      // The request is stored a moment before its acknowledgement leaves.
      if (isReached === isStored) await sent;
      await eventually('the point of the kill', isReached, WAIT_MS);
      await kill();
      await database.sql.unsafe(`select pg_terminate_backend(pid) from pg_locks
        where locktype = 'advisory' and objid = ${STALL} and not granted`);
    } finally {
      await holder`select pg_advisory_unlock(${STALL})`;
      holder.release();
    }
    await takeOver();
    return sent;
  }
  async function kill(): Promise<void> {
    dying.app.child.kill('SIGKILL');
    expect(await dying.app.ended).toBe('SIGKILL');
  }
  /** The test ends the lease of the dead process instead of waiting for it. */
  async function takeOver(): Promise<void> {
    driver.deliverTo(other.url);
    await database.sql`update slack_receipts set lease_until = now() - interval '1 second' where lease_until is not null`;
    await database.sql`select graphile_worker.reschedule_jobs(array_agg(id), run_at := now()) from graphile_worker.jobs
      where task_identifier = 'answer-slack-request' having count(*) > 0`;
  }
  const isStored = async () =>
    (await isStalled()) &&
    (await database.sql`select 1 from slack_receipts where sealed_request is not null`).length > 0;
  const isFinished = async () =>
    (await database.sql`select 1 from slack_receipts where sealed_request is not null`).length === 0;
  /** How often the person was told so, once every stored request is finished. */
  async function timesTold(words: RegExp): Promise<number> {
    await driver.as('admin').message(words, WAIT_MS);
    await eventually('every request to be finished', isFinished, WAIT_MS);
    return driver
      .as('admin')
      .messages()
      .filter((message) => words.test(message.text())).length;
  }

  it('before the receipt: nothing is done, and Slack tells the person', async () => {
    await database.sql`alter table slack_receipts enable trigger stall`;
    const admin = driver.as('admin');
    const answer = await killedMidway(() => admin.types('/apim-user invite early@example.com'), isStalled);
    await database.sql`alter table slack_receipts disable trigger stall`;
    expect(answer?.problem).not.toBe('');
    expect(admin.canRead(/failed with the error/)).toBe(true);
    expect(await invited('early%')).toEqual([]);
  }, 180_000);

  it('midway in a command of several rows that was acknowledged: the other process does the rest', async () => {
    const emails = ['first@example.com', 'stalled@example.com', 'third@example.com'];
    const answer = await killedMidway(
      async () => driver.as('admin').types(`/apim-user invite ${emails.join(' ')}`),
      isStored,
    );
    expect(answer).toMatchObject({ status: 200, problem: '' });
    expect(await timesTold(/^3 invitations are on their way/)).toBe(1);
    expect(await invited('%')).toEqual(emails);
    await eventually(
      'the mails',
      () => emails.every((email) => driver.inbox.to(email).length === 1),
      WAIT_MS,
    );
  }, 180_000);

  it('after the effect, before the answer: it is not done again, and the person is told', async () => {
    const admin = driver.as('admin');
    await admin.types('/apim-user add stalled@work.example.com Stella Stalled');
    await admin.sees(/Added/, WAIT_MS);
    const holder = await database.sql.reserve();
    await holder`select pg_advisory_lock(${STALL})`;
    driver.slackFails('response_url', { kind: 'hang' });
    const answer = await admin.types('/apim-user block stalled@work.example.com spam');
    expect(answer).toMatchObject({ status: 200, body: '' });
    await holder`select pg_advisory_unlock(${STALL})`;
    holder.release();
    await eventually('the block', async () => (await audited('accounts/block')).length === 1, WAIT_MS);
    await kill();
    await takeOver();
    expect(await timesTold(/Done, but the app restarted before it could answer/)).toBe(1);
    expect(await audited('accounts/block')).toMatchObject([{ outcome: 'done' }]);
  }, 180_000);

  it('midway in a click that was acknowledged: the other process does what it asks', async () => {
    const admin = driver.as('admin');
    await admin.types('/apim-user add stalled.click@example.com Cleo Click');
    await admin.sees(/Added/);
    await admin.types('/apim-user block stalled.click@example.com spam');
    await admin.sees(/Blocked: Cleo Click/, WAIT_MS);
    await admin.types('/apim-user show stalled.click@example.com');
    await admin.sees(/State:\W* blocked/, WAIT_MS);
    await killedMidway(() => admin.clicks('Activate'), isStored);
    expect(await timesTold(/Activated: Cleo Click/)).toBe(1);
    expect(await audited('accounts/activate')).toMatchObject([{ outcome: 'done' }]);
  }, 180_000);

  it('midway in a form that was acknowledged: the other process does what it asks, and fills the modal', async () => {
    const admin = driver.as('admin');
    await admin.types('/apim-user invite');
    const modal = await admin.modal('Invite developers');
    await modal.fill({ Email: 'stalled.form@example.com' });
    await killedMidway(() => modal.submit(), isStored);
    await modal.sees(/1 invitation is on its way/);
    await eventually('every request to be finished', isFinished, WAIT_MS);
    expect(await invited('stalled.form%')).toEqual(['stalled.form@example.com']);
    await eventually('the mail', () => driver.inbox.to('stalled.form@example.com').length === 1, WAIT_MS);
  }, 180_000);

  it('with an event that was acknowledged: the other process does what it asks', async () => {
    const { approver } = driver.ids;
    const answer = await killedMidway(() => driver.changePerson(approver, { isDeactivated: true }), isStored);
    expect(answer).toMatchObject({ status: 200, problem: '' });
    await eventually(
      'the role to be lost',
      async () =>
        (await database.sql`select 1 from operators where slack_user_id = ${approver} and role is null`)
          .length === 1,
      WAIT_MS,
    );
    await eventually('every request to be finished', isFinished, WAIT_MS);
    expect(
      await database.sql`select 1 from audit where operation = 'operators/lose' and outcome = 'done'`,
    ).toHaveLength(1);
  }, 180_000);
});
