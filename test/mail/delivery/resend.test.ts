import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createResendDelivery } from '../../../src/mail/delivery/resend.ts';

const mail = {
  id: '0191e1a4-0000-7000-8000-000000000001',
  from: 'Acme <api@example.com>',
  to: 'ann@example.com',
  replyTo: 'support@example.com',
  subject: 'Hello',
  html: '<p>Hi</p>',
  text: 'Hi',
};

type Answer = (response: ServerResponse) => void;
type Received = { url: string; headers: IncomingHttpHeaders; body: string };

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function provider(answer: Answer, timeoutMs = 2_000) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ url: request.url ?? '', headers: request.headers, body });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/resend/`;
  return { received, delivery: createResendDelivery({ apiKey: 're_secret', baseUrl, timeoutMs }) };
}

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

const refusal = (status: number, name: string) =>
  answer(status, { statusCode: status, name, message: 'no: ann@example.com' });

describe('sending a mail', () => {
  it('gives the provider the whole mail under the row’s key, and returns the provider’s id', async () => {
    const { received, delivery } = await provider(answer(200, { id: 'mail-1' }));
    expect(await delivery.send(mail)).toEqual({ kind: 'accepted', providerId: 'mail-1' });
    const { id, replyTo, ...rest } = mail;
    expect(received).toHaveLength(1);
    expect(received[0]?.url).toBe('/resend/emails');
    expect(received[0]?.headers).toMatchObject({
      'idempotency-key': `outbox/${id}`,
      authorization: 'Bearer re_secret',
    });
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({ ...rest, reply_to: replyTo });
  });

  it('sends the very same bytes and key on a retry', async () => {
    const { received, delivery } = await provider(answer(500, {}));
    await delivery.send(mail);
    await delivery.send(mail);
    expect(received[1]?.body).toBe(received[0]?.body);
    expect(received[1]?.headers['idempotency-key']).toBe(received[0]?.headers['idempotency-key']);
  });

  it.each([
    [429, 'rate_limit_exceeded'],
    [429, 'daily_quota_exceeded'],
    [429, 'monthly_quota_exceeded'],
    [409, 'concurrent_idempotent_requests'],
    [500, 'internal_server_error'],
    [500, 'application_error'],
  ])('is to be retried after %i %s', async (status, name) => {
    const { delivery } = await provider(refusal(status, name));
    expect(await delivery.send(mail)).toEqual({ kind: 'retry', code: name });
  });

  it.each([
    [409, 'invalid_idempotent_request'],
    [400, 'invalid_idempotency_key'],
    [422, 'validation_error'],
    [422, 'missing_required_field'],
    [404, 'not_found'],
  ])('is over after %i %s', async (status, name) => {
    const { delivery } = await provider(refusal(status, name));
    expect(await delivery.send(mail)).toEqual({ kind: 'rejected', code: name });
  });

  it.each([
    ['a proxy’s page', answer(502, '<html>Bad gateway</html>'), 'application_error'],
    ['an unknown name', refusal(503, 'something ann@example.com'), 'http_503'],
    ['no status and no name', answer(418, { error: 'ann@example.com' }), 'unreadable_answer'],
    ['null', answer(500, 'null'), 'unreadable_answer'],
    ['success without an id', answer(200, {}), 'unreadable_answer'],
    ['success that is no JSON', answer(200, 'ok'), 'no_answer'],
    ['a connection that breaks', (response: ServerResponse) => void response.destroy(), 'no_answer'],
  ])('is to be retried after %s, and the code holds nothing of the answer', async (_, say, code) => {
    const { delivery } = await provider(say);
    expect(await delivery.send(mail)).toEqual({ kind: 'retry', code });
  });

  it.each([
    [401, 'missing_api_key', 'missing_api_key'],
    [401, 'restricted_api_key', 'restricted_api_key'],
    [403, 'invalid_api_key', 'invalid_api_key'],
    [422, 'invalid_from_address', 'invalid_from_address'],
    // The domain isn't verified, or may not send to this address yet.
    [403, 'validation_error', 'domain_refused'],
  ])(
    'is to be retried after %i %s, which refuses our account and not this mail',
    async (status, name, code) => {
      const { delivery } = await provider(refusal(status, name));
      expect(await delivery.send(mail)).toEqual({ kind: 'retry', code });
    },
  );

  it('waits as long as the provider asks, but no longer than an hour', async () => {
    const soon = await provider(
      answer(429, { statusCode: 429, name: 'rate_limit_exceeded' }, { 'retry-after': '7' }),
    );
    expect(await soon.delivery.send(mail)).toEqual({
      kind: 'retry',
      code: 'rate_limit_exceeded',
      retryAfterSeconds: 7,
    });
    const late = await provider(
      answer(429, { statusCode: 429, name: 'rate_limit_exceeded' }, { 'retry-after': '99999999' }),
    );
    expect(await late.delivery.send(mail)).toMatchObject({ retryAfterSeconds: 3_600 });
    const odd = await provider(
      answer(429, { statusCode: 429, name: 'rate_limit_exceeded' }, { 'retry-after': '-1; x' }),
    );
    expect(await odd.delivery.send(mail)).not.toHaveProperty('retryAfterSeconds');
  });

  it('gives up on a provider that doesn’t answer, or stops in the middle', async () => {
    const silent = await provider(() => {}, 150);
    expect(await silent.delivery.send(mail)).toEqual({ kind: 'retry', code: 'timeout' });
    const halting = await provider((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"id":');
    }, 150);
    expect(await halting.delivery.send(mail)).toEqual({ kind: 'retry', code: 'timeout' });
  });

  it('is to be retried when no server answers at the address', async () => {
    const delivery = createResendDelivery({
      apiKey: 're_secret',
      baseUrl: 'http://127.0.0.1:9',
      timeoutMs: 2_000,
    });
    expect(await delivery.send(mail)).toEqual({ kind: 'retry', code: 'no_answer' });
  });

  it('T67: prints nothing of the provider’s words, even with the SDK’s debug flag in the environment', async () => {
    vi.stubEnv('RESEND_DEBUG', 'true');
    vi.stubEnv('RESEND_BASE_URL', 'http://127.0.0.1:9');
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
    try {
      const { received, delivery } = await provider(refusal(422, 'validation_error'));
      expect(await delivery.send(mail)).toEqual({ kind: 'rejected', code: 'validation_error' });
      expect(received).toHaveLength(1);
      expect(printed).not.toHaveBeenCalled();
    } finally {
      vi.unstubAllEnvs();
      printed.mockRestore();
    }
  });
});
