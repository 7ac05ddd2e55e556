// The same calls of the same clients against `emulate`, a stand-in that others wrote: our answers have its shape,
// so that ours is not the only judge of what we send.
import { WebClient } from '@slack/web-api';
import { createEmulator, type Emulator } from 'emulate';
import { Resend } from 'resend';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { createSlackDriver, type SlackDriver } from '../support/slack-driver.ts';

let driver: SlackDriver;
let slack: Emulator;
let mail: Emulator;
const key = 're_test_key';

beforeAll(async () => {
  driver = await createSlackDriver();
  slack = await createEmulator({
    service: 'slack',
    port: await freePort(),
    seed: { slack: { users: [{ name: 'ann', real_name: 'Ann Lee', email: 'ann@example.com' }] } },
  });
  mail = await createEmulator({
    service: 'resend',
    port: await freePort(),
    seed: { tokens: { [key]: { login: 'tester' } } },
  });
});
afterAll(async () => {
  await Promise.all([slack.close(), mail.close(), driver.close()]);
});

const client = (token: string, slackApiUrl: string): WebClient =>
  new WebClient(token, { slackApiUrl, retryConfig: { retries: 0 } });

type Run = { auth: object; posted: object; updated: object; user: object; opened: object; missing: string };

async function run(
  web: WebClient,
  channelOf: () => Promise<string>,
  userOf: () => Promise<string>,
): Promise<Run> {
  const channel = await channelOf();
  const user = await userOf();
  const blocks = [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text: '*Ann Lee*' } }];
  const auth = await web.auth.test();
  const posted = await web.chat.postMessage({ channel, text: 'A card', blocks });
  const updated = await web.chat.update({ channel, ts: posted.ts ?? '', text: 'A card, decided' });
  const info = await web.users.info({ user });
  const opened = await web.conversations.open({ users: user });
  const missing = await web.users.info({ user: 'U0UNKNOWN0' }).then(
    () => 'ok',
    (error: { data?: { error?: string } }) => error.data?.error ?? '',
  );
  return { auth, posted, updated, user: info.user ?? {}, opened: opened.channel ?? {}, missing };
}

/** Names and types of the fields that a client of ours reads. */
function shape(value: unknown, fields: string[]): Record<string, string> {
  const object = value as Record<string, unknown>;
  return Object.fromEntries(fields.map((name) => [name, typeof object[name]]));
}

test('The playground’s Slack answers the same calls in the same shape as the emulator', async () => {
  const theirs = client('xoxb-emulated', `${slack.url}/api/`);
  const other = await run(
    theirs,
    async () => (await theirs.conversations.list()).channels?.[0]?.id ?? '',
    async () => (await theirs.users.list({})).members?.find((one) => one.name === 'ann')?.id ?? '',
  );
  const own = await run(
    client(driver.slack.botToken, driver.slackApiUrl),
    async () => driver.slack.approvalsChannel,
    async () => driver.ids.nobody,
  );
  expect(shape(own.auth, ['ok', 'team_id', 'user_id', 'team', 'user'])).toEqual(
    shape(other.auth, ['ok', 'team_id', 'user_id', 'team', 'user']),
  );
  expect(shape(own.posted, ['ok', 'channel', 'ts', 'message'])).toEqual(
    shape(other.posted, ['ok', 'channel', 'ts', 'message']),
  );
  expect(shape(own.updated, ['ok', 'channel', 'ts', 'text'])).toEqual(
    shape(other.updated, ['ok', 'channel', 'ts', 'text']),
  );
  const person = ['id', 'team_id', 'name', 'deleted', 'real_name', 'profile', 'is_bot'];
  expect(shape(own.user, person)).toEqual(shape(other.user, person));
  expect(shape(own.opened, ['id'])).toEqual(shape(other.opened, ['id']));
  expect(own.missing).toBe(other.missing);
});

test('The playground’s inbox treats a repeated idempotency key as the emulator does', async () => {
  async function send(resend: Resend) {
    const body = {
      from: 'API <api@example.com>',
      to: 'ann@example.com',
      subject: 'Hello',
      html: '<p>Hi</p>',
    };
    const first = await resend.emails.send(body, { idempotencyKey: 'outbox/1' });
    const same = await resend.emails.send(body, { idempotencyKey: 'outbox/1' });
    const other = await resend.emails.send({ ...body, subject: 'Other' }, { idempotencyKey: 'outbox/1' });
    return {
      isAccepted: first.error === null && typeof first.data?.id === 'string',
      isOneMail: first.data?.id === same.data?.id,
      conflict: other.error && { statusCode: other.error.statusCode, name: other.error.name },
    };
  }
  const own = await send(new Resend(driver.resend.apiKey, { baseUrl: driver.resendBaseUrl }));
  const other = await send(new Resend(key, { baseUrl: mail.url }));
  expect(own).toEqual({
    isAccepted: true,
    isOneMail: true,
    conflict: { statusCode: 409, name: 'invalid_idempotent_request' },
  });
  expect(own).toEqual(other);
});
