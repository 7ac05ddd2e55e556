// Resend's own SDK against our inbox.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Resend } from 'resend';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { createSlackDriver, type SlackDriver } from '../support/slack-driver.ts';

let driver: SlackDriver;
let resend: Resend;
let now: Date;
const mail = {
  from: 'API <api@example.com>',
  to: 'ann@example.com',
  subject: 'Hello',
  html: '<p>Hi</p>',
  text: 'Hi',
};

beforeEach(async () => {
  now = new Date('2026-11-24T12:00:00Z');
  driver = await createSlackDriver({ clock: () => now });
  resend = new Resend(driver.resend.apiKey, { baseUrl: driver.resendBaseUrl });
});
afterEach(() => driver.close());
const send = (key: string, change = {}) =>
  resend.emails.send({ ...mail, ...change }, { idempotencyKey: key });

test('A mail arrives whole in the inbox', async () => {
  const { error } = await resend.emails.send({ ...mail, replyTo: 'help@example.com' });
  expect(error).toBeNull();
  expect(driver.inbox.to('Ann@example.com')).toMatchObject([
    { subject: 'Hello', replyTo: ['help@example.com'], html: '<p>Hi</p>' },
  ]);
});

test('One idempotency key and body is one mail, another body is a conflict, and after a day the key is free', async () => {
  const first = await send('outbox/1');
  expect((await send('outbox/1')).data?.id).toBe(first.data?.id);
  expect(driver.inbox.mails()).toHaveLength(1);
  const other = await send('outbox/1', { subject: 'Other' });
  expect(other.error).toMatchObject({ statusCode: 409, name: 'invalid_idempotent_request' });
  expect((await send('x'.repeat(257))).error).toMatchObject({
    statusCode: 400,
    name: 'invalid_idempotency_key',
  });
  now = new Date(now.getTime() + 24 * 60 * 60_000 + 1);
  expect((await send('outbox/1', { subject: 'Other' })).error).toBeNull();
});

test('A second request with the key of a running one is refused, and later gets the first one’s answer', async () => {
  driver.mailFails({ kind: 'slow', ms: 150 });
  const first = send('outbox/2');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await send('outbox/2')).error?.name).toBe('concurrent_idempotent_requests');
  const id = (await first).data?.id;
  expect((await send('outbox/2')).data?.id).toBe(id);
  expect(driver.inbox.mails()).toHaveLength(1);
});

test('The inbox refuses a wrong mail in Resend’s words, and its idempotency key stays free', async () => {
  expect((await send('k', { from: 'nobody' })).error).toMatchObject({
    statusCode: 422,
    name: 'validation_error',
  });
  expect((await send('k', { to: 'a@b.example\nBcc: x@y.example' })).error?.name).toBe('validation_error');
  expect((await send('k', { subject: 'a\nBcc: x' })).error?.name).toBe('validation_error');
  expect((await send('k', { to: Array.from({ length: 51 }, (_, i) => `a${i}@b.example`) })).error?.name).toBe(
    'validation_error',
  );
  expect((await send('k')).error).toBeNull();
  const wrong = new Resend('re_wrong', { baseUrl: driver.resendBaseUrl });
  expect((await wrong.emails.send(mail)).error).toMatchObject({ statusCode: 403, name: 'invalid_api_key' });
});

test('The inbox answers as a fault says: too many requests, an error of the server, or accepted without an answer', async () => {
  driver.mailFails({ kind: 'rate-limited', retryAfterSeconds: 3 });
  const limited = await send('t1');
  expect(limited.error?.name).toBe('rate_limit_exceeded');
  expect(limited.headers?.['retry-after']).toBe('3');
  driver.mailFails({ kind: 'server-error' });
  expect((await send('t1')).error?.statusCode).toBe(500);
  expect(driver.inbox.mails()).toHaveLength(0);
  driver.mailFails({ kind: 'accept-then-drop' });
  expect((await send('t1')).error?.statusCode).toBeNull();
  expect(driver.inbox.mails()).toHaveLength(1);
  expect((await send('t1')).data?.id).toBe(driver.inbox.mails()[0]?.id);
});

test('The inbox reports each mail as delivered, with a webhook that Resend’s own verifier accepts', async () => {
  await driver.close();
  driver = await createSlackDriver();
  resend = new Resend(driver.resend.apiKey, { baseUrl: driver.resendBaseUrl });
  const heard: { body: string; headers: Record<string, string> }[] = [];
  const app = createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    heard.push({ body, headers: req.headers as Record<string, string> });
    res.end();
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  driver.deliverTo(`http://127.0.0.1:${(app.address() as AddressInfo).port}`);
  const { data } = await resend.emails.send(mail);
  const hook = await eventually('the webhook', () => heard[0]);
  const { body, headers } = hook;
  const event = resend.webhooks.verify({
    payload: body,
    headers: {
      id: headers['svix-id'] ?? '',
      timestamp: headers['svix-timestamp'] ?? '',
      signature: headers['svix-signature'] ?? '',
    },
    webhookSecret: driver.resend.webhookSecret,
  });
  expect(event).toMatchObject({ type: 'email.delivered', data: { email_id: data?.id } });
  await resend.emails.send({ ...mail, to: 'bounced@resend.dev' });
  await eventually('the bounce', () => heard.some((one) => one.body.includes('email.bounced')));
  expect(driver.inbox.to('bounced@resend.dev')[0]?.state).toBe('bounced');
  app.close();
});
