// The real WebClient against our Web API: the errors are Slack's, word for word.
import { WebClient } from '@slack/web-api';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSlackDriver, type SlackDriver } from '../support/slack-driver.ts';

let driver: SlackDriver;
let client: WebClient;
let now: Date;
const modal = {
  type: 'modal' as const,
  title: { type: 'plain_text' as const, text: 'Hello' },
  blocks: [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text: 'Hi' } }],
};

beforeEach(async () => {
  now = new Date('2026-11-24T12:00:00Z');
  driver = await createSlackDriver({ clock: () => now });
  client = new WebClient(driver.slack.botToken, {
    slackApiUrl: driver.slackApiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: 1_000,
  });
});
afterEach(() => driver.close());

/** Slack's word for why the call was refused. */
async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    const { data, code } = error as { data?: { error?: string }; code?: string };
    return data?.error ?? code ?? String(error);
  }
}
const mint = (): string => driver.workspace.triggers.mint(driver.ids.admin);

test('auth.test answers with the app’s user and its scopes', async () => {
  const answer = await client.auth.test();
  expect(answer).toMatchObject({ ok: true, team_id: driver.slack.teamId, user_id: driver.slack.botUserId });
  expect(answer.response_metadata?.scopes).toContain('chat:write');
});

test('The Web API refuses a wrong token, no token, an app token and a revoked one in Slack’s words', async () => {
  const as = (token?: string) =>
    new WebClient(token, { slackApiUrl: driver.slackApiUrl, retryConfig: { retries: 0 } });
  expect(await refusal(as('xoxb-wrong').auth.test())).toBe('invalid_auth');
  expect(await refusal(as().auth.test())).toBe('not_authed');
  expect(await refusal(as('xapp-1-A0-1-abc').auth.test())).toBe('not_allowed_token_type');
  expect(await refusal(client.apps.connections.open({}))).toBe('not_allowed_token_type');
  expect(await refusal(client.apiCall('admin.users.list'))).toBe('unknown_method');
  expect(await refusal(client.apiCall('constructor'))).toBe('unknown_method');
  driver.workspace.access.error = 'token_revoked';
  expect(await refusal(client.auth.test())).toBe('token_revoked');
});

test('A call without its scope is refused with missing_scope', async () => {
  driver.workspace.scopes.delete('chat:write');
  expect(await refusal(client.chat.postMessage({ channel: driver.slack.approvalsChannel, text: 'x' }))).toBe(
    'missing_scope',
  );
  driver.workspace.scopes.delete('users:read.email');
  const { user } = await client.users.info({ user: driver.ids.admin });
  expect(user?.profile?.email).toBeUndefined();
});

test('The app may write in its channels and to any person, not in #general or a channel that it can’t see', async () => {
  const general = driver.workspace.conversations.channels.get('C0GENERAL0');
  const hidden = driver.addChannel('secret', { kind: 'private', members: [driver.ids.admin] });
  expect(await refusal(client.chat.postMessage({ channel: general?.id ?? '', text: 'x' }))).toBe(
    'not_in_channel',
  );
  expect(await refusal(client.chat.postMessage({ channel: hidden.id, text: 'x' }))).toBe('channel_not_found');
  expect(await refusal(client.chat.postMessage({ channel: 'general', text: 'x' }))).toBe('channel_not_found');
  expect(await refusal(client.conversations.info({ channel: hidden.id }))).toBe('channel_not_found');
  const opened = await client.conversations.open({ users: driver.ids.nobody });
  await client.chat.postMessage({ channel: opened.channel?.id ?? '', text: 'Only for Noor' });
  expect(
    driver
      .as('nobody')
      .dm()
      .map((message) => message.text()),
  ).toEqual(['Only for Noor']);
  expect(driver.as('admin').canRead('Only for Noor')).toBe(false);
});

test('Only its author can update a message, and only while it is there', async () => {
  const channel = driver.slack.approvalsChannel;
  const posted = await client.chat.postMessage({ channel, text: 'first' });
  const ts = posted.ts ?? '';
  await client.chat.update({ channel, ts, text: 'second' });
  expect(driver.as('approver').canRead('second')).toBe(true);
  const foreign = driver.workspace.conversations.post({ channel, user: driver.ids.admin, text: 'mine' });
  expect(await refusal(client.chat.update({ channel, ts: foreign.ts, text: 'x' }))).toBe(
    'cant_update_message',
  );
  driver.workspace.conversations.clear();
  expect(await refusal(client.chat.update({ channel, ts, text: 'x' }))).toBe('message_not_found');
  const [user, onlyFor] = [driver.slack.botUserId, driver.ids.admin];
  const ephemeral = driver.workspace.conversations.post({ channel, user, text: 'psst', onlyFor });
  expect(await refusal(client.chat.update({ channel, ts: ephemeral.ts, text: 'x' }))).toBe(
    'message_not_found',
  );
});

test('A trigger opens one modal, within three seconds', async () => {
  const trigger = mint();
  await client.views.open({ trigger_id: trigger, view: modal });
  expect(await refusal(client.views.open({ trigger_id: trigger, view: modal }))).toBe('exchanged_trigger_id');
  const old = mint();
  now = new Date(now.getTime() + 3_001);
  expect(await refusal(client.views.open({ trigger_id: old, view: modal }))).toBe('expired_trigger_id');
  expect(await refusal(client.views.open({ trigger_id: 'made-up', view: modal }))).toBe('invalid_trigger_id');
});

test('A refused view leaves the trigger unused', async () => {
  const trigger = mint();
  const tooLong = { ...modal, title: { type: 'plain_text' as const, text: 'x'.repeat(25) } };
  expect(await refusal(client.views.open({ trigger_id: trigger, view: tooLong }))).toBe('invalid_arguments');
  expect(await refusal(client.views.open({ trigger_id: trigger, view: modal }))).toBe('ok');
});

test('An update with a former hash is a conflict, and the stack takes no fourth view', async () => {
  const opened = await client.views.open({ trigger_id: mint(), view: modal });
  const [id, hash] = [opened.view?.id ?? '', opened.view?.hash ?? ''];
  await client.views.update({ view_id: id, hash, view: modal });
  expect(await refusal(client.views.update({ view_id: id, hash, view: modal }))).toBe('hash_conflict');
  expect(await refusal(client.views.update({ view_id: 'V0', view: modal }))).toBe('not_found');
  await client.views.push({ trigger_id: mint(), view: modal });
  await client.views.push({ trigger_id: mint(), view: modal });
  expect(await refusal(client.views.push({ trigger_id: mint(), view: modal }))).toBe('push_limit_reached');
});

test('users.info tells guests, bots, strangers and deactivated people apart', async () => {
  const guest = driver.addPerson('gus', { isRestricted: true });
  const stranger = driver.addPerson('sam', { teamId: 'T0STRANGER' });
  const gone = driver.addPerson('gil', { isDeactivated: true });
  const info = async (user: string) => (await client.users.info({ user })).user;
  expect(await info(guest.id)).toMatchObject({ is_restricted: true });
  expect(await info(stranger.id)).toMatchObject({ team_id: 'T0STRANGER', is_stranger: true });
  expect(await info(gone.id)).toMatchObject({ deleted: true });
  expect(await info(driver.slack.botUserId)).toMatchObject({ is_bot: true });
  expect(await refusal(client.users.info({ user: 'U0UNKNOWN0' }))).toBe('user_not_found');
  expect(await refusal(client.conversations.open({ users: gone.id }))).toBe('user_disabled');
});

test('A fault meets the next call of its method, and only that one', async () => {
  driver.slackFails('auth.test', { kind: 'rate-limited', retryAfterSeconds: 7 });
  expect(await refusal(client.auth.test())).toBe('slack_webapi_rate_limited_error');
  driver.slackFails('auth.test', { kind: 'server-error' });
  expect(await refusal(client.auth.test())).not.toBe('ok');
  driver.slackFails('auth.test', { kind: 'hang' });
  expect(await refusal(client.auth.test())).not.toBe('ok');
  driver.slackFails('views.open', { kind: 'error', code: 'expired_trigger_id' });
  expect(await refusal(client.views.open({ trigger_id: mint(), view: modal }))).toBe('expired_trigger_id');
  driver.slackFails('chat.postMessage', { kind: 'accept-then-drop' });
  const channel = driver.slack.approvalsChannel;
  expect(await refusal(client.chat.postMessage({ channel, text: 'it came through' }))).not.toBe('ok');
  expect(driver.as('admin').canRead('it came through')).toBe(true);
  expect(await refusal(client.auth.test())).toBe('ok');
});
