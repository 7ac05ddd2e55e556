// An admin makes a webhook in Slack, and the receiver that docs/events.md prints verifies what comes.
import { spawn } from 'node:child_process';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it, vi } from 'vitest';
import { ALL_EVENT_TYPES } from '../../src/domain/event-types.ts';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { freePort } from '../support/free-port.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

const WAIT = { timeout: 20_000, interval: 50 };
const app = forAllTests(() => startTestApp({ WEBHOOK_HOSTS: 'localhost,127.0.0.1' }));

const secretIn = (text: string): string => /whsec_[A-Za-z0-9+/]+=*/.exec(text)?.[0] ?? 'no secret';

/** The program in the docs, word for word. */
async function startPrintedReceiver(secret: string, port: number) {
  const folder = await temporaryFolder('receiver');
  const [, code = ''] = /```js\n([\s\S]+?)```/.exec(readFileSync('docs/events.md', 'utf8')) ?? [];
  expect(code.trim().split('\n').length).toBeLessThanOrEqual(12);
  writeFileSync(join(folder.path, 'receiver.mjs'), code);
  symlinkSync(resolve('node_modules'), join(folder.path, 'node_modules'));
  const env = { PATH: process.env.PATH, WEBHOOK_SECRET: secret, PORT: String(port) };
  const child = spawn(process.execPath, ['receiver.mjs'], { cwd: folder.path, env });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  return {
    printed: () => printed,
    async close() {
      child.kill();
      await folder.close();
    },
  };
}

it('T130: the page of events lists every type that there is', () => {
  const page = readFileSync('docs/events.md', 'utf8');
  const short = ALL_EVENT_TYPES.map((type) => type.replace(/^(apim-user|Microsoft\.ApiManagement)\./, ''));
  expect(short.filter((type) => !page.includes(`\`${type}\``))).toEqual([]);
});

it('a webhook is made in Slack, and its events reach a receiver that verifies them', async () => {
  const admin = app.as('admin');
  const port = await freePort();
  await admin.types('/apim-user webhooks');
  await admin.sees(/There are no webhooks yet/);
  await admin.clicks('Make a webhook');
  const modal = await admin.modal('Make a webhook');
  await modal.fill({ Name: 'CRM', Address: 'http://10.0.0.1/' });
  await modal.submit();
  await modal.sees(/must begin with https/);
  await modal.fill({ Address: `http://localhost:${port}/` });
  await modal.submit();
  const secret = secretIn(await modal.sees(/Made the webhook \W*CRM.*whsec_/s));
  await modal.closeAll();
  const receiver = await startPrintedReceiver(secret, port);
  try {
    await admin.types('/apim-user add ann@example.com Ann Lee');
    await admin.types('/apim-user block ann@example.com spam');
    await vi.waitFor(() => {
      expect(receiver.printed()).toMatch(/Microsoft\.ApiManagement\.UserCreated \/users\//);
      expect(receiver.printed()).toMatch(/apim-user\.account\.blocked \/users\//);
    }, WAIT);
  } finally {
    await receiver.close();
  }
  // The secret was in that one message.
  await admin.types('/apim-user webhooks');
  expect(await admin.sees(/CRM\W* · localhost/)).not.toContain('whsec_');
  // A receiver that has another secret is sent the same, and refuses it.
  await admin.types('/apim-user history by:@ada from:yesterday');
  expect(await admin.sees(/made the webhook \W*CRM/)).not.toContain(secret);
}, 60_000);

it('an admin follows what a receiver got, sends it again, and gives it a new secret and a pause', async () => {
  const admin = app.as('admin');
  const receiver = await startReceiver();
  try {
    await admin.types('/apim-user webhooks');
    await admin.clicks('Make a webhook');
    const modal = await admin.modal('Make a webhook');
    expect(await modal.searches('Events', 'account.blo')).toEqual(['apim-user.account.blocked']);
    await modal.fill({ Name: 'ERP', Address: receiver.url, Events: ['apim-user.account.blocked'] });
    await modal.submit();
    const secret = secretIn(await modal.sees(/Made the webhook \W*ERP/));
    await modal.closeAll();

    receiver.answer = 500;
    await admin.types('/apim-user add ben@example.com Ben Lee');
    await admin.types('/apim-user block ben@example.com spam');
    await vi.waitFor(() => expect(receiver.types()).toContain('apim-user.account.blocked'), WAIT);
    expect(receiver.types()).not.toContain('Microsoft.ApiManagement.UserCreated');
    const [first] = receiver.received;
    if (!first) throw new Error('nothing came');
    receiver.verify(secret, first);
    await admin.types('/apim-user webhooks');
    await admin.clicks('Open ERP');
    await admin.sees(/failing\W* since/);
    await admin.clicks('Deliveries of ERP');
    await admin.sees(/apim-user\.account\.blocked.*waiting, next attempt .*it answered 500/s);

    receiver.answer = 204;
    await admin.clicks('Redeliver apim-user.account.blocked');
    await admin.sees(/again to \W*ERP/);
    await vi.waitFor(() => expect(receiver.received.length).toBeGreaterThan(1), WAIT);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);

    await admin.types('/apim-user webhooks');
    await admin.clicks('Open ERP');
    await admin.clicks('New secret for ERP');
    const newSecret = secretIn(await admin.sees(/Made a new secret/));
    await admin.clicks('Send a test to ERP');
    await vi.waitFor(() => expect(receiver.types()).toContain('apim-user.test'), WAIT);
    const test = receiver.received.find(({ event }) => event.type === 'apim-user.test');
    if (!test) throw new Error('no test came');
    for (const either of [secret, newSecret]) receiver.verify(either, test);

    const opened = await admin.message(/Sending a test to/);
    await opened.clicks('Pause ERP');
    await admin.sees(/Paused \W*ERP/);
    await opened.clicks('Pause ERP');
    await admin.sees(/changed this webhook since/);
    await (await admin.message(/Paused \W*ERP/)).clicks('Delete ERP');
    await admin.sees(/Deleted the webhook \W*ERP/);
    // The one who isn't an admin sees none of it.
    await app.as('approver').types('/apim-user webhooks');
    await app.as('approver').sees(/You don't have permission/);
    app.as('approver').goesTo('approvals');
    await app.as('approver').sees(/deleted the webhook \W*ERP/);
  } finally {
    receiver.close();
  }
}, 60_000);
