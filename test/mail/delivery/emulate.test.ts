// The same calls against a stand-in for the provider that is not ours.
import { createEmulator, type Emulator } from 'emulate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createResendDelivery, type MailDelivery } from '../../../src/mail/delivery/resend.ts';
import { freePort } from '../../support/free-port.ts';

let provider: Emulator;
let delivery: MailDelivery;

beforeAll(async () => {
  provider = await createEmulator({ service: 'resend', port: await freePort() });
  delivery = createResendDelivery({ apiKey: 're_test', baseUrl: provider.url });
});
afterAll(() => provider.close());

const mail = {
  id: '0191e1a4-0000-7000-8000-000000000001',
  from: 'Acme <api@example.com>',
  to: 'ann@example.com',
  replyTo: 'support@example.com',
  subject: 'Hello',
  html: '<p>Hi</p>',
  text: 'Hi',
};

it('another stand-in takes our mail once, however often we send it, and refuses another body under the same key', async () => {
  const first = await delivery.send(mail);
  expect(first).toMatchObject({ kind: 'accepted', providerId: expect.stringMatching(/./) });
  expect(await delivery.send(mail)).toEqual(first);
  expect(await delivery.send({ ...mail, subject: 'Other' })).toEqual({
    kind: 'rejected',
    code: 'invalid_idempotent_request',
  });
  const another = await delivery.send({ ...mail, id: '0191e1a4-0000-7000-8000-000000000002' });
  expect(another.kind).toBe('accepted');
  expect(another).not.toEqual(first);
});

it('another stand-in rejects a mail without a recipient for good', async () => {
  const outcome = await delivery.send({ ...mail, id: '0191e1a4-0000-7000-8000-000000000003', to: '' });
  expect(outcome.kind).toBe('rejected');
});
