// The page and its API: from where it can be reached, and what it shows to each person.

import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSlackDriver, type SlackDriver } from '../support/slack-driver.ts';

let driver: SlackDriver;
beforeEach(async () => {
  driver = await createSlackDriver();
});
afterEach(() => driver.close());

/** fetch would not let us lie about Host. */
function status(path: string, headers: Record<string, string>, method = 'GET', body = ''): Promise<number> {
  const { port } = new URL(driver.url);
  return new Promise((resolve, reject) => {
    const req = request({ host: '127.0.0.1', port, path, method, headers }, (res) => {
      res.resume();
      resolve(res.statusCode ?? 0);
    });
    req.on('error', reject);
    req.end(body);
  });
}

test('The playground answers on this machine only: not under another name, not behind a proxy', async () => {
  const { host } = new URL(driver.url);
  expect(await status('/playground', { host })).toBe(200);
  expect(await status('/playground', { host: 'localhost:3000' })).toBe(200);
  expect(await status('/playground', { host: '[::1]:3000' })).toBe(200);
  expect(await status('/playground', { host: 'evil.example' })).toBe(404);
  expect(await status('/playground', { host: 'localhost.evil.example' })).toBe(404);
  for (const header of ['x-forwarded-for', 'forwarded', 'x-forwarded-host', 'via'])
    expect(await status('/playground', { host, [header]: '127.0.0.1' })).toBe(404);
  expect(await status('/playground/slack/api/auth.test', { host: 'evil.example' })).toBe(404);
});

test('The page’s API refuses a change from another site, with or without an Origin', async () => {
  const { host } = new URL(driver.url);
  const json = { host, 'content-type': 'application/json' };
  const body = JSON.stringify({ as: driver.ids.admin });
  const post = (headers: Record<string, string>) =>
    status('/playground/api/back-to-start', { ...json, ...headers }, 'POST', body);
  expect(await post({})).toBe(403);
  expect(await post({ origin: 'https://evil.example' })).toBe(403);
  expect(await post({ 'sec-fetch-site': 'cross-site', origin: `http://${host}` })).toBe(403);
  expect(await post({ 'sec-fetch-site': 'same-origin' })).toBe(200);
  expect(await post({ origin: `http://${host}` })).toBe(200);
  expect(await status('/playground/api/back-to-start', { host })).toBe(405);
});

test('The page carries a policy that lets no foreign script run, and serves its bundle', async () => {
  const page = await fetch(`${driver.url}/playground`);
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
  const script = await fetch(`${driver.url}/playground/page.js`);
  expect(script.headers.get('content-type')).toContain('text/javascript');
  expect((await script.text()).length).toBeGreaterThan(50_000);
  expect((await fetch(`${driver.url}/playground/page.css`)).headers.get('content-type')).toContain(
    'text/css',
  );
});

test('A person sees no ephemeral message, modal or private channel of another person', async () => {
  const { conversations, views, triggers } = driver.workspace;
  triggers.mint(driver.ids.admin);
  conversations.post({
    channel: 'C0GENERAL0',
    user: driver.slack.botUserId,
    text: 'psst Ada',
    onlyFor: driver.ids.admin,
  });
  conversations.post({
    channel: driver.slack.approvalsChannel,
    user: driver.slack.botUserId,
    text: 'a card',
  });
  views.open(driver.ids.admin, { type: 'modal', title: { type: 'plain_text', text: 'Mine' }, blocks: [] });
  const seenBy = async (id: string) => (await fetch(`${driver.url}/playground/api/state?as=${id}`)).text();
  expect(await seenBy(driver.ids.admin)).toMatch(/psst Ada[\s\S]*Mine/);
  expect(await seenBy(driver.ids.nobody)).not.toMatch(/psst Ada|a card|Mine|approvals/);
  const everything = await seenBy(driver.ids.admin);
  for (const secret of [
    driver.slack.botToken,
    driver.slack.signingSecret,
    driver.resend.apiKey,
    driver.resend.webhookSecret,
  ])
    expect(everything).not.toContain(secret);
});

test('Messages, Home, inbox and secrets outlive a restart; ephemeral messages do not; only the owner may read the file', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'playground-'));
  const before = await createSlackDriver({ dataDir });
  const channel = before.slack.approvalsChannel;
  before.workspace.conversations.post({ channel, user: before.slack.botUserId, text: 'a card' });
  before.workspace.conversations.post({
    channel,
    user: before.slack.botUserId,
    text: 'psst',
    onlyFor: before.ids.admin,
  });
  before.workspace.views.publish(before.ids.admin, { type: 'home', blocks: [] }, null);
  await before.inbox.accept(
    'k',
    JSON.stringify({ from: 'a@b.example', to: 'c@d.example', subject: 's', text: 't' }),
  );
  await before.close();
  expect((await stat(join(dataDir, 'playground.json'))).mode & 0o777).toBe(0o600);
  const after = await createSlackDriver({ dataDir });
  expect(after.slack).toEqual(before.slack);
  expect(
    after
      .as('admin')
      .messages()
      .map((one) => one.text()),
  ).toEqual(['a card']);
  expect(after.workspace.views.home(after.ids.admin)).not.toBeNull();
  const again = await after.inbox.accept(
    'k',
    JSON.stringify({ from: 'a@b.example', to: 'c@d.example', subject: 's', text: 't' }),
  );
  expect(again.body.id).toBe(after.inbox.mails()[0]?.id);
  await after.close();
  expect(await readFile(join(dataDir, 'playground.json'), 'utf8')).toContain('a card');
  await rm(dataDir, { recursive: true });
});

test('The page reads what one request and its answer said, without a typed password', async () => {
  const wire = (id: number) => fetch(`${driver.url}/playground/api/wire?id=${id}`);
  await driver.playground.actions.typeCommand({
    user: driver.ids.admin,
    channel: 'C0GENERAL0',
    text: '/apim-user add ann@example.com',
  });
  const sent = driver.workspace.deliveries.at(-1);
  expect(sent).toMatchObject({ kind: 'command', about: '/apim-user add' });
  const said = await (await wire(sent?.id ?? 0)).json();
  expect(Object.fromEntries(said.headers)['x-slack-signature']).toMatch(/^v0=[0-9a-f]{64}$/);
  expect(said.sent).toContain('"text": "add <mailto:ann@example.com|ann@example.com>"');
  expect(said.answer).toBe(sent?.problem);

  const input = { type: 'plain_text_input', action_id: 'password' };
  const label = { type: 'plain_text', text: 'Password' };
  const view = driver.workspace.views.open(driver.ids.admin, {
    type: 'modal',
    title: label,
    submit: label,
    callback_id: 'set',
    blocks: [{ type: 'input', block_id: 'password', label, element: input }],
  });
  const values = { password: { password: { type: 'plain_text_input', value: 'seven slow yellow trams' } } };
  await driver.playground.actions.submitView({ user: driver.ids.admin, view: view.id, values });
  const submitted = driver.workspace.deliveries.at(-1);
  expect(submitted).toMatchObject({ kind: 'view_submission', about: 'set' });
  const payload = await (await wire(submitted?.id ?? 0)).text();
  expect(payload).toContain('(typed, not shown)');
  expect(payload).not.toContain('seven slow');

  expect((await wire(999_999)).status).toBe(404);
});

test('A refused call is shown with the limit that it broke', async () => {
  await fetch(`${driver.url}/playground/slack/api/chat.postMessage`, {
    method: 'POST',
    headers: { authorization: `Bearer ${driver.slack.botToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      channel: driver.slack.approvalsChannel,
      text: 'x',
      blocks: [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }],
    }),
  });
  const call = driver.workspace.apiCalls.at(-1);
  expect(call?.error).toBe('invalid_blocks');
  const said = await (await fetch(`${driver.url}/playground/api/wire?id=${call?.id}`)).json();
  expect(said.answer).toMatch(/less than 151 characters .*\/blocks\/0\/text\/text/);
  expect(said.sent).toContain('xxx');
  expect(said.sent).not.toContain(driver.slack.botToken);
});

test('The page’s API refuses a body over a megabyte and tells an open page of each change', async () => {
  const { host } = new URL(driver.url);
  const json = { host, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
  const body = JSON.stringify({ as: driver.ids.admin, text: 'x'.repeat(1_000_000) });
  expect(await status('/playground/api/type', json, 'POST', body)).toBe(413);

  const events = await fetch(`${driver.url}/playground/api/events`);
  expect(events.headers.get('content-type')).toContain('text/event-stream');
  const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toBe(`data: ${driver.workspace.sequence()}\n\n`);
  const channel = driver.slack.approvalsChannel;
  driver.workspace.conversations.post({ channel, user: driver.ids.admin, text: 'news' });
  expect((await reader?.read())?.value).toBe(`data: ${driver.workspace.sequence()}\n\n`);
  await driver.playground.stop();
  expect((await reader?.read())?.done).toBe(true);
});
