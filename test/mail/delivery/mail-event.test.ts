import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyMailEvent } from '../../../src/mail/delivery/mail-event.ts';

const key = Buffer.from('a-test-key-of-the-mail-provider!');
const options = { apiKey: 're_secret', webhookSecret: `whsec_${key.toString('base64')}` };

function event(type: string, data: unknown = { email_id: 'mail-1' }): string {
  return JSON.stringify({ type, created_at: '2026-11-24T10:00:00.000Z', data });
}

function signed(
  body: string,
  change: { ageSeconds?: number; by?: Buffer; prefix?: string } = {},
): Record<string, string> {
  const timestamp = String(Math.floor(Date.now() / 1000) - (change.ageSeconds ?? 0));
  const signature = createHmac('sha256', change.by ?? key)
    .update(`msg_1.${timestamp}.${body}`)
    .digest('base64');
  const prefix = change.prefix ?? 'svix';
  return {
    [`${prefix}-id`]: 'msg_1',
    [`${prefix}-timestamp`]: timestamp,
    [`${prefix}-signature`]: `v1,${signature}`,
  };
}

describe('an event about a mail', () => {
  it.each([
    ['email.delivered', 'delivered'],
    ['email.bounced', 'bounced'],
    ['email.failed', 'bounced'],
    ['email.suppressed', 'bounced'],
    ['email.complained', 'complained'],
    ['email.sent', 'other'],
    ['email.opened', 'other'],
    ['constructor', 'other'],
  ])('of type %s is read as %s', (type, kind) => {
    const body = event(type);
    const at = new Date('2026-11-24T10:00:00Z');
    expect(verifyMailEvent(options, body, signed(body))).toEqual({ kind, providerId: 'mail-1', at });
  });

  it('is read from bytes, and under the standard’s own header names', () => {
    const body = event('email.delivered', { email_id: 'mail-1', subject: 'Grüße' });
    const headers = signed(body, { prefix: 'webhook' });
    expect(verifyMailEvent(options, Buffer.from(body), headers)).toMatchObject({ kind: 'delivered' });
  });

  it('is ignored when it is about something other than a mail', () => {
    const body = event('domain.updated', { id: 'x' });
    expect(verifyMailEvent(options, body, signed(body))).toMatchObject({ kind: 'other', providerId: '' });
  });

  it.each([
    ['another key', (body: string) => signed(body, { by: Buffer.from('another-key-of-somebody-else-!!!') })],
    ['another body', () => signed(event('email.bounced'))],
    ['an old one', (body: string) => signed(body, { ageSeconds: 400 })],
    ['one from the future', (body: string) => signed(body, { ageSeconds: -400 })],
    ['no headers', () => ({})],
    ['a signature of no version', (body: string) => ({ ...signed(body), 'svix-signature': 'v0,abc' })],
    ['an empty signature', (body: string) => ({ ...signed(body), 'svix-signature': '' })],
    ['a repeated header', (body: string) => ({ ...signed(body), 'svix-signature': ['v1,a', 'v1,b'] })],
  ])('is refused when it is signed as %s', (_, headersOf) => {
    const body = event('email.delivered');
    expect(() => verifyMailEvent(options, body, headersOf(body))).toThrow(/^mail event refused$/);
  });

  it.each(['', '{', 'null', '[]', '"x"', '{"type":1}', '{"type":"email.delivered","created_at":"never"}'])(
    'is refused when it is signed but reads %j',
    (body) => {
      expect(() => verifyMailEvent(options, body, signed(body))).toThrow(/^mail event refused$/);
    },
  );

  it('is refused, not mistaken, when the secret itself is unusable', () => {
    const body = event('email.delivered');
    for (const webhookSecret of ['', 'whsec_', 'not base64 §']) {
      expect(() => verifyMailEvent({ ...options, webhookSecret }, body, signed(body))).toThrow(
        /^mail event refused$/,
      );
    }
  });
});
