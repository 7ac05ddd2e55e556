// What a block cuts off counts the calls of this second, in whichever process they came.
import { beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createProgramme } from './programme.ts';

const app = forAllTests(() => startTestApp({ SECOND_OPERATOR_FOR: 'accounts/block' }));
const second = forAllTests(() => startTestApp({}, { beside: app }));
const beside = forAllTests(() => besideApp(app));
beforeAll(async () => {
  await eventually('both processes to answer from memory', async () => {
    const [row] = await beside.sql`select count(*)::int as count from gateway_followers where beats > 0`;
    return row?.count === 2;
  });
});

/** An account with two subscriptions, each with a key. */
async function account() {
  const programme = createProgramme(() => beside.console());
  const apiId = await programme.api(`orders${crypto.randomUUID()}`);
  const [{ path } = { path: '' }] = await beside.sql<
    { path: string }[]
  >`select path from apis where id = ${apiId}`;
  const one = await programme.subscription({ apiId });
  await programme.subscription({ apiId, accountId: one.accountId });
  const [row] = await beside.sql<{ email: string }[]>`select email from accounts where id = ${one.accountId}`;
  return { ...one, email: row?.email ?? '', uri: `/${path}/1` };
}

async function calls(process: TestApp, { primaryKey, uri }: { primaryKey: string; uri: string }) {
  const { status } = await fetch(`${process.url}/gateway/check`, {
    headers: { 'x-original-uri': uri, 'ocp-apim-subscription-key': primaryKey },
  });
  expect(status).toBe(200);
}

/** What the modal of a block says that it cuts off; a slow answer of a process is asked for again. */
async function blockModalOf(email: string): Promise<string> {
  return eventually('an answer of every process', async () => {
    await app.as('approver').types(`/apim-user block ${email}`);
    const modal = await app.as('approver').modal('Block an account');
    const [text = ''] = /It cuts off [^.]*\./.exec(modal.text()) ?? [];
    await modal.closeAll();
    expect(text).not.toMatch(/none used|[^.]* 0 used in the last 24 hours\.$/);
    return text.includes('counted yet') ? false : text;
  });
}

it('the modal of a block counts a call of this second in another process', async () => {
  const developer = await account();
  await calls(second, developer);
  expect(await blockModalOf(developer.email)).toBe(
    'It cuts off 2 subscriptions, 1 used in the last 24 hours.',
  );
});

it('the card of a request to block counts it too', async () => {
  const developer = await account();
  await calls(second, developer);
  await app.as('admin').types(`/apim-user block ${developer.email} sent spam`);
  await app.as('approver').sees(/It cuts off 2 subscriptions, (1 used|at least . used)/);
});

it('a process that died without a word makes the figure a lower bound', async () => {
  const developer = await account();
  await beside.sql`insert into gateway_followers (service_id, id, beats) values ('default', 'gateway_beat_dead', 1)`;
  await app.as('approver').types(`/apim-user block ${developer.email}`);
  const modal = await app.as('approver').modal('Block an account');
  expect(modal.text()).toMatch(/cuts off 2 subscriptions, at least 0 used in the last 24 hours/);
  await modal.closeAll();
});
