import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { ADMIN, GENERAL } from '../../src/playground/workspace/people.ts';
import { createProgramme } from '../gateway/programme.ts';
import { type BesideApp, besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { startMortalPostgres } from '../support/mortal-postgres.ts';
import { type AppProcess, createProcesses } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';
import { startTcpProxy, throughProxy } from '../support/tcp-proxy.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SLOW_MS = 180_000;

const folder = forAllTests(() => temporaryFolder('read-only'), SLOW_MS);
const postgres = forAllTests(startMortalPostgres, SLOW_MS);
/** Where the address of the database leads. */
let target: { host: string; port: number };
beforeAll(() => {
  target = { host: '127.0.0.1', port: Number(new URL(postgres.url).port) };
});
const proxy = forAllTests(() => startTcpProxy(target), SLOW_MS);
const provider = forAllTests(createSlackDriver, SLOW_MS);
const processes = forAllTests(createProcesses, SLOW_MS);
let app: AppProcess;
let address: string;
let beside: BesideApp;
let accountId: string;
let key: string;

beforeAll(async () => {
  app = processes.start({
    DATA_DIR: folder.path,
    DATABASE_URL: throughProxy(postgres.url, proxy),
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    RESEND_API_KEY: provider.resend.apiKey,
    RESEND_BASE_URL: provider.resendBaseUrl,
    MAIL_FROM: 'Example APIs <apis@example.com>',
  });
  address = await app.address();
  beside = await besideApp({ databaseUrl: postgres.url, publicUrl: address });
  const programme = createProgramme(beside.console);
  await programme.api('orders');
  ({ accountId, primaryKey: key } = await programme.subscription({}));
}, SLOW_MS);
afterAll(async () => {
  await beside?.close();
}, SLOW_MS);

async function check(): Promise<string> {
  const headers = { 'ocp-apim-subscription-key': key, 'x-original-uri': '/orders' };
  const response = await fetch(`${address}/gateway/check`, { headers });
  await response.arrayBuffer();
  return `${response.status}${response.headers.has('x-gateway-stale') ? ' old' : ''}`;
}
const answers = (wanted: string) =>
  eventually(`checks to answer ${wanted}`, async () => (await check()) === wanted);
const readiness = async () => {
  const response = await fetch(`${address}/readyz`);
  const { reasons } = (await response.json()) as { reasons?: Record<string, string> };
  return { status: response.status, database: reasons?.database };
};
const isReady = () =>
  eventually(
    () => `it to be ready; it said:\n${app.output()}`,
    async () => (await readiness()).status === 200,
  );
const invite = (email: string) =>
  fetch(`${address}/playground/api/type`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ as: ADMIN, channel: GENERAL, text: `/apim-user invite ${email}` }),
  });
const mailsTo = (email: string) => provider.inbox.mails().filter(({ to }) => to.join() === email).length;
async function works(email: string): Promise<void> {
  await invite(email);
  await eventually(`mail to ${email}`, () => mailsTo(email) === 1);
  expect((await fetch(`${address}/portal`)).status).toBeLessThan(400);
  expect(app.child.exitCode, app.output()).toBeNull();
  expect(app.output()).not.toMatch(/uncaught|unhandled/);
}

describe.skipIf(process.platform === 'win32')('a database that takes no writes', () => {
  it(
    'T77: is reported while it is read-only, and everything works again when it no longer is',
    async () => {
      await answers('200');
      await works('before@example.com');
      const stopping = new AbortController();
      const load = (async () => {
        for (let n = 0; !stopping.signal.aborted; n++) await invite(`load-${n}@example.com`);
      })();
      await beside.sql`alter database apim_user set default_transaction_read_only = on`;
      await beside.sql`select pg_terminate_backend(pid) from pg_stat_activity
      where usename = current_user and datname = current_database() and pid <> pg_backend_pid()`;
      await eventually('the reason to be given', async () => {
        const { status, database } = await readiness();
        return status === 503 && database === 'read only';
      });
      expect((await fetch(`${address}/healthz`)).status).toBe(200);
      await answers('200');
      await beside.sql.begin(async (tx) => {
        await tx`set transaction read write`;
        await tx`alter database apim_user reset default_transaction_read_only`;
      });
      await isReady();
      stopping.abort();
      await load;
      await works('after@example.com');
    },
    SLOW_MS,
  );

  it(
    'T77: that is a hot standby without the latest block lets no call pass, and all works after the way back',
    async () => {
      await postgres.kill('SIGINT');
      const standby = await postgres.startStandby();
      await postgres.start();
      await isReady();
      await beside.sql`select 1`.catch(() => {});
      await eventually('the block', () =>
        blockAccount(beside.console(), { accountId }).then(
          () => true,
          () => false,
        ),
      );
      await answers('403');
      const passed: string[] = [];
      const stopping = new AbortController();
      const asking = (async () => {
        while (!stopping.signal.aborted) {
          const answer = await check();
          if (answer === '200') passed.push(answer);
        }
      })();
      target.port = standby.port;
      proxy.cut();
      await eventually('it to be reported', async () => (await readiness()).status === 503);
      await invite('refused@example.com');
      await answers('503');
      target.port = Number(new URL(postgres.url).port);
      proxy.cut();
      await isReady();
      await answers('403');
      stopping.abort();
      await asking;
      expect(passed).toEqual([]);
      await works('back@example.com');
      await standby.close();
    },
    SLOW_MS,
  );
});
