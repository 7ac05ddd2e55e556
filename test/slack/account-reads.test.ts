import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createStatementReader } from '../support/statements.ts';
import { startTcpProxy, type TcpProxy, throughProxy } from '../support/tcp-proxy.ts';

const statements: string[] = [];
const readsOfAccounts = () =>
  statements
    .map((statement) => / from "accounts" where .*"accounts"\."id" = .*?( for update)?$/.exec(statement))
    .filter((read) => read !== null)
    .map((read) => (read[1] ? 'locks it' : 'reads it'));

const database = forAllTests(createTestDatabase);
let proxy: TcpProxy;
let app: TestApp;
beforeAll(async () => {
  const { hostname: host, port } = new URL(database.url);
  proxy = await startTcpProxy({ host, port: Number(port) }, () =>
    createStatementReader((statement) => statements.push(statement)),
  );
  app = await startTestApp({ DATABASE_URL: throughProxy(database.url, proxy) });
});
afterAll(async () => {
  await app.close();
  await proxy.close();
});

/** The mail and the repaints that follow from adding the account read it too. */
async function untilNothingIsQueued() {
  const sql = postgres(database.url, { max: 1 });
  try {
    await eventually('the mail to be delivered and every job to be done', async () => {
      const [left] = await sql`select
        (select count(*)::int from mails where state = 'delivered') as delivered,
        (select count(*)::int from graphile_worker.jobs) as jobs`;
      return left?.delivered === 1 && left.jobs === 0;
    });
  } finally {
    await sql.end();
  }
}

it('a click on Block reads the account once to ask, and locks it once to block it', async () => {
  await app.as('admin').types('/apim-user add ann@example.com Ann Lee');
  const approver = app.as('approver');
  await untilNothingIsQueued();
  await approver.types('/apim-user show ann@example.com');
  await approver.sees(/State:\* active/);
  statements.length = 0;
  await approver.clicks('Block Ann Lee');
  const modal = await approver.modal('Block an account');
  expect(readsOfAccounts()).toEqual(['reads it']);
  statements.length = 0;
  // Without a mail no delivery report repaints the card again.
  await modal.fill({ Reason: 'sent spam', Mail: [] });
  await modal.submit();
  await modal.sees(/Blocked: Ann Lee/);
  await eventually('the job that repaints the cards', () =>
    statements.some((statement) => /from "cards"/.test(statement)),
  );
  expect(readsOfAccounts()).toEqual(['locks it', 'reads it']);
});
