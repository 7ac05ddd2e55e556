import { setTimeout as delay } from 'node:timers/promises';
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
import { temporaryFolder } from '../support/temporary-folder.ts';

const SLOW_MS = 240_000;
const WAIT_MS = 90_000;
const STALE_SECONDS = 20;
const DEATHS = ['SIGKILL', 'SIGQUIT', 'SIGINT', 'SIGKILL', 'SIGQUIT', 'SIGINT'] as const;

const folder = forAllTests(() => temporaryFolder('lost'), SLOW_MS);
const postgres = forAllTests(startMortalPostgres, SLOW_MS);
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
    DATABASE_URL: postgres.url,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    RESEND_API_KEY: provider.resend.apiKey,
    RESEND_BASE_URL: provider.resendBaseUrl,
    MAIL_FROM: 'Example APIs <apis@example.com>',
    ALERT_EMAIL: 'oncall@example.com, second@example.com',
    GATEWAY_STALE_SECONDS: String(STALE_SECONDS),
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

async function check(): Promise<{ status: number; staleSeconds: number | null }> {
  const headers = { 'ocp-apim-subscription-key': key, 'x-original-uri': '/orders' };
  const response = await fetch(`${address}/gateway/check`, { headers });
  await response.arrayBuffer();
  const stale = response.headers.get('x-gateway-stale');
  return { status: response.status, staleSeconds: stale === null ? null : Number(stale) };
}
const isTrue = async () => {
  const { status, staleSeconds } = await check();
  return status === 200 && staleSeconds === null;
};
const isReady = async () => (await fetch(`${address}/readyz`)).ok;
const invite = (emails: string[]) =>
  fetch(`${address}/playground/api/type`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ as: ADMIN, channel: GENERAL, text: `/apim-user invite ${emails.join(' ')}` }),
  });
const mailsTo = (...who: string[]) => provider.inbox.mails().filter(({ to }) => who.includes(to.join()));
const alerts = () => mailsTo('oncall@example.com', 'second@example.com').map(({ subject }) => subject);
const lives = () => {
  expect(app.child.exitCode, app.output()).toBeNull();
  expect(app.output()).not.toMatch(/uncaught|unhandled/);
};

/** Invitations (a transaction each, with a mail to follow), no more than mail can leave, and checks as fast as they are answered. */
function startLoad() {
  const stopping = new AbortController();
  const statuses: number[] = [];
  let invited = 0;
  const onAndOn = async (one: () => Promise<unknown>, pauseMs: number) => {
    while (!stopping.signal.aborted) {
      await one();
      await delay(pauseMs);
    }
  };
  const inviteSome = () => {
    invited += 1;
    return invite(Array.from({ length: 5 }, (_, at) => `dev-${invited}-${at}@example.com`));
  };
  const checkOne = async () => statuses.push((await check()).status);
  const loops = [onAndOn(inviteSome, 250), ...Array.from({ length: 8 }, () => onAndOn(checkOne, 2))];
  return {
    statuses,
    async stop(): Promise<void> {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

// Windows has no signal that a program can handle.
describe.skipIf(process.platform === 'win32')('a database that dies', () => {
  it(
    `${DEATHS.length} times under load ends no process and refuses no call, and each alert address hears of it once`,
    async () => {
      await eventually('the gateway to know the key', isTrue, WAIT_MS);
      const load = startLoad();
      for (const signal of DEATHS) {
        const before = provider.inbox.mails().length;
        await eventually('mail to leave', () => provider.inbox.mails().length > before + 5, WAIT_MS);
        await postgres.kill(signal);
        const { staleSeconds } = await eventually(`an old index to serve after ${signal}`, async () => {
          const answer = await check();
          return answer.staleSeconds !== null && answer;
        });
        expect(staleSeconds).toBeLessThanOrEqual(STALE_SECONDS);
        await eventually('both to be told', () => alerts().length >= 2, WAIT_MS);
        lives();
        await postgres.start();
        await eventually(
          () => `a true index after ${signal}; it said:\n${app.output()}`,
          async () => (await isTrue()) && (await isReady()),
          WAIT_MS,
        );
        lives();
      }
      await load.stop();
      expect(load.statuses.length).toBeGreaterThan(1_000);
      expect(load.statuses.filter((status) => status !== 200)).toEqual([]);
      await eventually('both to be told of the end', () => alerts().length === 4, WAIT_MS);
      expect(alerts().filter((subject) => /checks use old data/.test(subject))).toHaveLength(2);
      expect(alerts().filter((subject) => /checks are current again/.test(subject))).toHaveLength(2);
    },
    SLOW_MS,
  );

  it(
    'leaves nothing behind: jobs run, no job stays locked, connections are free, and a block takes effect at once',
    async () => {
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, at) => invite([`late-${at}@example.com`])),
      );
      expect(answers.every(({ ok }) => ok)).toBe(true);
      const all = Array.from({ length: 40 }, (_, at) => `late-${at}@example.com`);
      await eventually('mail to leave', () => mailsTo(...all).length === all.length, WAIT_MS);
      const held = () =>
        beside.sql`select 1 from graphile_worker.jobs where locked_at < now() - interval '5 seconds'`;
      await eventually(
        'every job that ended to be let go of',
        async () => (await held()).length === 0,
        WAIT_MS,
      );
      const [open] = await beside.sql<[{ n: number }]>`
        select count(*)::int as n from pg_stat_activity where application_name = 'apim-user' and state is not null`;
      expect(open.n).toBeLessThanOrEqual(13);
      expect(await isReady()).toBe(true);
      await blockAccount(beside.console(), { accountId });
      await eventually('the block to count', async () => (await check()).status === 403, 3_000);
      lives();
    },
    SLOW_MS,
  );

  it(
    'for longer than GATEWAY_STALE_SECONDS makes the gateway refuse calls, and SIGTERM still ends the process with 0',
    async () => {
      await postgres.kill('SIGKILL');
      const refused = await eventually(
        'calls to be refused',
        async () => (await check()).status === 503,
        (STALE_SECONDS + 20) * 1_000,
      );
      expect(refused).toBe(true);
      await postgres.start();
      const isKnown = async () => {
        const { status, staleSeconds } = await check();
        return status !== 503 && staleSeconds === null;
      };
      await eventually('calls to be judged again', isKnown, WAIT_MS);
      await eventually('it to be ready', isReady, WAIT_MS);
      await postgres.kill('SIGINT');
      await delay(2_500);
      lives();
      app.child.kill('SIGTERM');
      expect(await app.ended).toBe(0);
    },
    SLOW_MS,
  );
});
