// A process that is killed between a change of a batch of invitations and the message that tells of it.
import { expect, it } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { freePort } from '../support/free-port.ts';
import { type AppProcess, createProcesses } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const WAIT_MS = 60_000;

const folder = forAllTests(() => temporaryFolder('telling'), 120_000);
const database = forAllTests(createTestDatabase, 120_000);
const driver = forAllTests(createSlackDriver, 120_000);
const processes = forAllTests(createProcesses, 120_000);

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
  const url = `http://127.0.0.1:${port}`;
  driver.deliverTo(url);
  return { app, url };
}

/** Keeps every worker from taking the job of the message, as if the kill came before any could. */
const delayTheMessage = () =>
  database.sql.unsafe(`
    create function delay_message() returns trigger language plpgsql as $$
      begin
        if (select identifier from graphile_worker._private_tasks where id = new.task_id) = 'repaint-invitations'
        then new.run_at := now() + interval '1 hour'; end if;
        return new;
      end $$;
    create trigger delay_message before insert or update on graphile_worker._private_jobs
      for each row execute function delay_message()`);
async function endTheDelay(): Promise<void> {
  await database.sql`drop trigger delay_message on graphile_worker._private_jobs`;
  await database.sql`update graphile_worker._private_jobs set run_at = now() where run_at > now() + interval '30 minutes'`;
}

async function accepts(url: string, email: string): Promise<void> {
  const ticket = await eventually(
    `an invitation to ${email}`,
    () => /ticket=([\w-]{43})/.exec(driver.inbox.to(email)[0]?.text ?? '')?.[1],
    WAIT_MS,
  );
  const form = { ticket, firstName: 'Pat', lastName: email.split('@')[0] ?? '' };
  const done = await fetch(`${url}/invitations/accept`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ ...form, password: 'three quiet garden chairs' }),
    redirect: 'manual',
  });
  expect(done.status).toBe(303);
}

const ended = async (email: string) =>
  (await database.sql`select state from invitations where email = ${email}`)[0]?.state;

/** The messages about the batch, and how often Slack was asked to post or update one. */
const told = () =>
  driver
    .as('admin')
    .dm()
    .filter((message) => /people accepted your invitations/.test(message.notification()))
    .map((message) => message.text());
const painted = (method: string) =>
  driver
    .everythingSent()
    .filter((call) => call.method === method && /people accepted/.test(JSON.stringify(call.sent))).length;

it.skipIf(process.platform === 'win32')(
  'After SIGKILL and a new start, a batch’s one message tells of an acceptance and of an expiry, painted once',
  async () => {
    const dying = await start();
    const admin = driver.as('admin');
    await admin.types('/apim-user invite one@example.com two@example.com three@example.com');
    await admin.sees(/3 invitations are on their way/, WAIT_MS);
    await accepts(dying.url, 'one@example.com');
    await admin.message(/1 of 3 people accepted your invitations\.\W* 2 still open/, WAIT_MS);
    expect([painted('chat.postMessage'), painted('chat.update')]).toEqual([1, 0]);

    await delayTheMessage();
    await database.sql`update invitations set expires_at = now() - interval '1 minute' where email = 'two@example.com'`;
    await database.sql`select graphile_worker.add_job('every-minute')`;
    await eventually('the expiry', async () => (await ended('two@example.com')) === 'expired', WAIT_MS);
    await accepts(dying.url, 'three@example.com');
    expect(await ended('three@example.com')).toBe('accepted');
    dying.app.child.kill('SIGKILL');
    expect(await dying.app.ended).toBe('SIGKILL');
    await endTheDelay();
    expect(told()).toEqual([expect.stringContaining('1 of 3')]);

    await start();
    await admin.message(/2 of 3 people accepted your invitations\.\W* 1 expired/, WAIT_MS);
    await eventually(
      'no such job to be left',
      async () =>
        (await database.sql`select 1 from graphile_worker.jobs where task_identifier = 'repaint-invitations'`)
          .length === 0,
      WAIT_MS,
    );
    expect(told()).toHaveLength(1);
    expect([painted('chat.postMessage'), painted('chat.update')]).toEqual([1, 1]);
    expect(driver.refusals()).toEqual([]);
  },
  240_000,
);
