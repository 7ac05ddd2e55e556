// While the database is away and an old index serves, the alert addresses get a mail that needs no database.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApp } from '../../src/app.ts';
import { createLog } from '../../src/log.ts';
import { readSettings } from '../../src/settings/settings.ts';
import { type BesideApp, besideApp } from '../support/beside-app.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createSlackDriver } from '../support/slack-driver.ts';
import { startTcpProxy, type TcpProxy, throughProxy } from '../support/tcp-proxy.ts';
import { createProgramme } from './programme.ts';

const database = forAllTests(createTestDatabase);
const slack = forAllTests(createSlackDriver);
let proxy: TcpProxy;
let beside: BesideApp;
let app: Awaited<ReturnType<typeof startApp>>;
beforeAll(async () => {
  const { hostname, port } = new URL(database.url);
  proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  const settings = readSettings({
    PORT: '0',
    INTERNAL_PORT: '0',
    DATABASE_URL: throughProxy(database.url, proxy),
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    ...slack.settings,
    ALERT_EMAIL: 'oncall@example.com, second@example.com',
    GATEWAY_STALE_SECONDS: '600',
    LOG_LEVEL: 'silent',
  });
  app = await startApp(settings, createLog('silent'), { passwordCost: 4 });
  beside = await besideApp({ databaseUrl: database.url, publicUrl: app.url });
});
afterAll(async () => {
  proxy.carryNew();
  proxy.cut();
  await app?.stop();
  await beside?.close();
  await proxy?.close();
});

it('the gateway serves its last index, and mails say since when, what is not certain, and later that it is over', async () => {
  const programme = createProgramme(beside.console);
  await programme.api('orders');
  const { primaryKey } = await programme.subscription({});
  const check = () =>
    fetch(`${app.internalUrl}/gateway/check`, {
      headers: { 'ocp-apim-subscription-key': primaryKey, 'x-original-uri': '/orders' },
    });
  const ready = async (url: string | null) => (await fetch(`${url}/readyz`)).status;
  await eventually('the call to pass', async () => (await check()).status === 200);
  await eventually('an index', async () => (await ready(app.internalUrl)) === 200);
  proxy.silenceAll();
  const stale = await eventually('an old index to serve', async () => {
    const answer = await check();
    return answer.headers.has('x-gateway-stale') && answer;
  });
  expect(stale.status).toBe(200);
  const mails = () => slack.inbox.mails().filter(({ to }) => /oncall|second/.test(to.join()));
  await eventually('both to be told', () => mails().length === 2);
  expect(mails().map(({ subject }) => subject)).toEqual([
    expect.stringMatching(/checks use old data/),
    expect.stringMatching(/checks use old data/),
  ]);
  expect(mails()[0]?.text).toMatch(/have no effect on calls/);
  // The pages can't be served; the check can.
  expect(await ready(app.localUrl)).toBe(503);
  expect(await ready(app.internalUrl)).toBe(200);
  proxy.carryNew();
  proxy.cut();
  await eventually('a true answer', async () => {
    const answer = await check();
    return answer.status === 200 && !answer.headers.has('x-gateway-stale');
  });
  await eventually('both to be told of the end', () => mails().length === 4);
  expect(mails().filter(({ subject }) => /checks are current again/.test(subject))).toHaveLength(2);
}, 60_000);
