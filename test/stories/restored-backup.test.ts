// The worst day: the database is lost, and the backup is older than what was blocked, deleted and withdrawn since.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { copyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { runProgram } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';

const SLOW_MS = 180_000;
const TWO = { SECOND_OPERATOR_FOR: 'accounts/delete' };
const APPLY = ['--apply', '--as', 'Connie', '--reason', 'disk failure'];

const driver = forAllTests(createSlackDriver);
const database = forAllTests(createTestDatabase);
let backup: TestDatabase | undefined;
let app: TestApp | null = null;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apim-backup-'));
});
afterAll(async () => {
  await app?.close();
  await backup?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function startOn({ url }: TestDatabase): Promise<TestApp> {
  app = await startTestApp(TWO, { beside: { ...driver, databaseUrl: url } });
  driver.deliverTo(app.url);
  return app;
}
async function stop(): Promise<void> {
  await app?.close();
  app = null;
}
const program = (name: string, { url }: TestDatabase, ...words: string[]) =>
  runProgram(name, words, {
    DATABASE_URL: url,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    ...TWO,
  });
const admin = () => driver.as('admin');
const approver = () => driver.as('approver');
const ticketTo = async (address: string, subject: RegExp) => {
  const mail = await eventually(`a mail to ${address}`, () =>
    driver.inbox.mails().findLast((one) => one.to.includes(address) && subject.test(one.subject)),
  );
  return /ticket=([\w-]{43})/.exec(mail.text)?.[1] ?? '';
};
async function says(command: string, words: RegExp): Promise<void> {
  await admin().types(`/apim-user ${command}`);
  await admin().sees(words);
}
async function deletes(address: string, name: string): Promise<void> {
  await admin().types(`/apim-user delete ${address}`);
  const modal = await admin().modal('Delete an account');
  await modal.submit();
  await modal.sees(/second operator must approve/);
  await modal.closeAll();
  await approver().message(new RegExp(`Delete ${name}\\?`));
}

it('after a backup is restored, what was removed since is removed again, and no former link or request lives', {
  timeout: SLOW_MS,
}, async () => {
  await startOn(database);
  for (const [address, name] of [
    ['ann@example.com', 'Ann Lee'],
    ['bea@example.com', 'Bea Fox'],
    ['cy@example.com', 'Cy Oak'],
  ])
    await says(`add ${address} ${name}`, /Added/);
  const usedSince = await ticketTo('ann@example.com', /Welcome/);
  await says('invite di@example.com', /di@example.com/);
  const invited = await ticketTo('di@example.com', /invited/);
  await deletes('cy@example.com', 'Cy Oak');
  await stop();
  backup = await copyDatabase(database);

  const after = await startOn(database);
  const password = 'three quiet garden chairs';
  expect((await after.post('/password/reset', { ticket: usedSince, password })).status).toBe(200);
  await says('block ann@example.com leaked a key', /Blocked: Ann Lee/);
  await deletes('bea@example.com', 'Bea Fox');
  await approver().clicks('Approve: Delete Bea Fox?');
  await approver().sees(/Approved and done/);
  await approver().clicks('Decline: Delete Cy Oak?');
  const decline = await approver().modal('Decline a request');
  await decline.fill({ Reason: 'she stays' });
  await decline.submit();
  await decline.sees(/Declined/);
  await decline.closeAll();
  await admin().types('/apim-user operators');
  await admin().clicks(new RegExp(`Withdraw the role of (Amir Approver|${driver.ids.approver})`));
  await admin().sees(/no longer has a role/);
  const exported = await program('audit', database, 'export', '--format', 'jsonl');
  expect(exported.code).toBe(0);
  const file = join(folder, 'since.jsonl');
  await writeFile(file, exported.out);
  await stop();

  const dry = await program('after-restore', backup, '--audit', file);
  expect([dry.code, dry.err]).toEqual([0, '']);
  expect(dry.out).toMatch(
    /accounts\/block account \S+ Ann Lee <ann@example\.com>, by Ada Admin: to be repeated/,
  );
  const done = await program('after-restore', backup, '--audit', file, ...APPLY);
  expect([done.err, done.code]).toEqual(['', 75]);
  expect(done.out).toMatch(/1 open approvals taken back/);
  expect(done.out).toMatch(/Bea Fox .*: waits for a second operator/);

  const mailsBefore = driver.inbox.mails().length;
  const restored = await startOn(backup);
  const refused = await program('after-restore', backup, '--audit', file);
  expect([refused.code, refused.err]).toEqual([
    1,
    expect.stringMatching(/A server or another after-restore is running/),
  ]);
  await says('show ann@example.com', /State:\W* blocked/);
  await says('show bea@example.com', /State:\W* blocked/);
  const dead = await restored.post('/password/reset', {
    ticket: usedSince,
    password: 'four loud kitchen tables',
  });
  expect(dead.status).not.toBe(200);
  const accept = { ticket: invited, firstName: 'Di', lastName: 'Elm', password };
  expect((await restored.post('/invitations/accept', accept)).status).toBe(410);
  await approver().types('/apim-user list');
  await approver().sees(/You don't have permission to do this/);
  await says('history ann@example.com', /Connie \(console\)\W+blocked the account.*disk failure/);
  await eventually('who asked to hear of it', () =>
    admin()
      .dm()
      .some((one) => /Delete Cy Oak\?\W* Withdrawn by Connie/.test(one.text())),
  );
  // No mail that had waited in the backup was sent again.
  expect(
    driver.inbox
      .mails()
      .slice(mailsBefore)
      .map((mail) => mail.subject),
  ).toEqual([]);
});

it('a restored backup leaves the chain of the audit whole', { timeout: SLOW_MS }, async () => {
  await stop();
  if (!backup) throw new Error('there is no backup');
  const verified = await program('audit', backup, 'verify');
  expect([verified.code, verified.out]).toEqual([0, expect.stringMatching(/The chain is whole/)]);
});
