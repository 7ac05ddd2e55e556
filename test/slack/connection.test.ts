// Slack is away, or has revoked the token, before the process starts: everything else works.
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createSlackDriver } from '../support/slack-driver.ts';

const WAIT_MS = 60_000;
/** Longer than the first wait for another try; a slow machine can only make this miss a fault, not see one. */
const SETTLE_MS = 1_500;

const database = forAllTests(createTestDatabase);
const driver = forAllTests(createSlackDriver);
let app: TestApp | null = null;

/** Starts the product on the database of the starts before. */
async function start(env: Record<string, string> = {}): Promise<TestApp> {
  app = await startTestApp(env, { beside: { ...driver, databaseUrl: database.url } });
  driver.deliverTo(app.url);
  return app;
}
async function stop(): Promise<void> {
  await app?.close();
  app = null;
}
const timesAsked = () => driver.everythingSent().filter(({ method }) => method === 'auth.test').length;
const mailTo = (address: string, subject: RegExp) =>
  eventually(`a mail to ${address}`, () =>
    driver.inbox.mails().find((mail) => mail.to.includes(address) && subject.test(mail.subject)),
  );
const ticketIn = (mail: { text: string }) => /ticket=([\w-]{43})/.exec(mail.text)?.[1] ?? '';

/** A pending account with its card in the approvals channel, made while Slack was there; its mail holds the ticket. */
async function pendingAccount(address: string) {
  await start();
  const admin = driver.as('admin');
  await admin.types('/apim-user add');
  const modal = await admin.modal('Add an account');
  await modal.fill({ Email: address, 'First name': 'Ann', 'Last name': 'Lee' });
  await modal.fill({ 'Email confirmation': ['Send a link to confirm it first'] });
  await modal.submit();
  await modal.sees(/pending/);
  await modal.closeAll();
  const approver = driver.as('approver');
  approver.goesTo(driver.slack.approvalsChannel);
  const card = await approver.message(new RegExp(`${address}[^]*not confirmed`));
  const ticket = ticketIn(await mailTo(address, /[Cc]onfirm/));
  await stop();
  return { card, ticket };
}

async function expectAllElseToWork({ url }: TestApp): Promise<void> {
  const text = async (path: string) => (await fetch(`${url}${path}`)).text();
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  const ready = await eventually('it to be ready', async () => {
    const answer = await fetch(`${url}/readyz`);
    return answer.ok && answer.json();
  });
  expect(ready).toEqual({
    status: 'ready',
    checks: {
      database: 'ok',
      limits: 'ok',
      gateway: 'ok',
      worker: 'ok',
      slack: 'failing',
      trustedProxies: 'ok',
    },
  });
  expect(await text('/metrics')).toMatch(/^apim_user_slack_reachable 0$/m);
  expect((await fetch(`${url}/portal`)).status).toBe(200);
  expect((await fetch(`${url}/slack/events`, { method: 'POST', body: '{}' })).status).toBe(503);
}

beforeEach(() => {
  driver.nothingFails();
  driver.workspace.access.error = null;
});
afterEach(stop);

describe('a start with a token that Slack revoked', () => {
  it('serves pages and mails and asks Slack once, and a start with a good token repaints the waiting card', async () => {
    const { card, ticket } = await pendingAccount('kept@example.com');
    driver.workspace.access.error = 'token_revoked';
    const before = timesAsked();
    const running = await start();
    await expectAllElseToWork(running);
    expect((await running.post('/email/confirm', { ticket })).status).toBe(200);
    await running.post('/password/forgot', { email: 'kept@example.com' });
    await mailTo('kept@example.com', /[Rr]eset|password/);
    await delay(SETTLE_MS);
    expect(timesAsked() - before).toBe(1);
    expect(card.text()).toMatch(/not confirmed/);
    await stop();

    driver.workspace.access.error = null;
    const again = await start();
    await eventually('the card to know', () => !/not confirmed/.test(card.text()), WAIT_MS);
    const ready = await (await fetch(`${again.url}/readyz`)).json();
    expect(ready).toMatchObject({ checks: { slack: 'ok' } });
  });

  it('does the same when Slack calls the token wrong', async () => {
    await expectAllElseToWork(await start({ SLACK_BOT_TOKEN: 'xoxb-not-a-token-of-anybody' }));
  });
});

describe('a start while Slack is away', { timeout: 2 * WAIT_MS }, () => {
  it.each([{ kind: 'server-error' }, { kind: 'rate-limited', retryAfterSeconds: 1 }] as const)(
    'goes on without Slack and connects once Slack is back: $kind',
    async (fault) => {
      const address = `${fault.kind}@example.com`;
      const { card, ticket } = await pendingAccount(address);
      driver.slackFails('*', fault, 10_000);
      const running = await start();
      await expectAllElseToWork(running);
      expect((await running.post('/email/confirm', { ticket })).status).toBe(200);
      expect(card.text()).toMatch(/not confirmed/);

      driver.nothingFails();
      await eventually(
        'Slack to be reached',
        async () =>
          /^apim_user_slack_reachable 1$/m.test(await (await fetch(`${running.url}/metrics`)).text()),
        WAIT_MS,
      );
      await driver.as('admin').types(`/apim-user show ${address}`);
      await driver.as('admin').sees(/active/);
      await eventually('the card to know', () => !/not confirmed/.test(card.text()), WAIT_MS);
    },
  );

  it('does not wait for a Slack that never answers, neither to start nor to stop', async () => {
    driver.slackFails('auth.test', { kind: 'hang' }, 10_000);
    const running = await start();
    expect((await fetch(`${running.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${running.url}/slack/events`, { method: 'POST', body: '{}' })).status).toBe(503);
    await stop();
  });
});
