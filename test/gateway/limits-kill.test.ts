// A process that is killed: what is left of its quota counts and its shares.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startProcess } from '../bench/process.ts';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { TEST_SECRET_KEY } from '../support/test-settings.ts';
import { createProgramme } from './programme.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

const app = forAllTests(startTestApp, 120_000);
const beside = forAllTests(() => besideApp(app), 120_000);
let dataDir = '';
let killed: Awaited<ReturnType<typeof startProcess>> | undefined;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'apim-user-limits-'));
  const env = { PORT: '0', DATABASE_URL: app.databaseUrl, SECRET_KEY: TEST_SECRET_KEY, DATA_DIR: dataDir };
  killed = await startProcess(MAIN, { ...env, LOG_LEVEL: 'error' });
}, 120_000);
afterAll(async () => {
  await killed?.stop('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

const ask = (url: string, key: string) =>
  fetch(`${url}/gateway/check`, {
    headers: { 'x-original-uri': '/orders/1', 'ocp-apim-subscription-key': key },
  });
async function passed(url: string, key: string, calls: number): Promise<number> {
  let passed = 0;
  for (let call = 0; call < calls; call++) if ((await ask(url, key)).status === 200) passed += 1;
  return passed;
}

it('T92: kill -9 loses at most the calls of the last seconds, and T91: leaves its share of a rate to the others', async () => {
  const programme = createProgramme(() => beside.console());
  const apiId = await programme.api('orders');
  const { primaryKey: key, subscriptionId } = await programme.subscription({ apiId });
  const rated = await programme.subscription({ apiId });
  // The longest of the periods, so that it hardly ends meanwhile.
  await beside.sql`update subscriptions set quota = '{"calls": 60, "period": "month"}' where id = ${subscriptionId}`;
  await beside.sql`update subscriptions set rate = '{"calls": 100000, "seconds": 300}' where id = ${rated.subscriptionId}`;
  const used = async () => {
    const [row] = await beside.sql`select calls::int, is_exhausted as "isExhausted" from quota_use
      where subscription_id = ${subscriptionId}`;
    return row;
  };
  const url = killed ? `http://127.0.0.1:${new URL(killed.url).port}` : '';
  await eventually('both to answer from memory', async () => {
    const [row] = await beside.sql`select count(*)::int as count from gateway_followers where beats > 0`;
    return row?.count === 2;
  });
  await eventually('a call to pass', async () => (await ask(url, key)).status === 200);
  const written = 1 + (await passed(url, key, 11));
  await eventually('these calls to be written', async () => (await used())?.calls === written);
  const unwritten = await passed(url, key, 5);
  await killed?.stop('SIGKILL');
  await eventually('all of the rate to be the other’s', async () => {
    const limit = (await ask(app.url, rated.primaryKey)).headers.get('ratelimit') ?? '';
    return Number(/"rate";r=(\d+)/.exec(limit)?.[1]) > 50_000;
  });
  expect((await used())?.calls).toBeGreaterThanOrEqual(written);
  const left = await passed(app.url, key, 70);
  expect(written + left).toBeLessThanOrEqual(60);
  expect(written + unwritten + left).toBeGreaterThanOrEqual(60);
  await eventually('the database to know', async () => (await used())?.isExhausted);
  expect((await used())?.calls).toBe(60);
});
