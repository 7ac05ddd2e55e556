// Requests that can be read in two ways, headers that a client makes up, and those that only the gateway may send.
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayOptions } from '../../src/gateway/gateway.ts';
import { ADMIN, createTestContext } from '../support/context.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createProgramme } from './programme.ts';
import { askRaw, type ServedGateway, serveGateway } from './serve.ts';

const t = forAllTests(createTestContext);
const programme = createProgramme(() => t.as(ADMIN));
let key: string;
let served: ServedGateway | undefined;
beforeAll(async () => {
  await programme.api('orders', 'orders');
  await programme.api('weather', 'weather');
  await programme.product(['weather'], { isSubscriptionRequired: false });
  key = (await programme.subscription({ apiId: 'orders' })).primaryKey;
});
afterEach(() => served?.close());

async function serve(options: Partial<GatewayOptions> = {}) {
  served = await serveGateway(t, 'memory', options);
  const { port } = served;
  /** The status, and the code of an error. */
  return async (target: string, ...lines: string[]) => {
    const answer = await askRaw(port, [`GET ${target} HTTP/1.1`, ...lines]);
    return [Number(answer.slice(9, 12)), /"code":"(\w+)"/.exec(answer)?.[1]];
  };
}
const withKey = () => `Ocp-Apim-Subscription-Key: ${key}`;

describe('the header with the original address', () => {
  it('is the one that the setting names; what a client sends in all others changes nothing', async () => {
    const ask = await serve();
    const lies = [
      ...[
        'X-Forwarded-Uri',
        'X-Rewrite-Url',
        'X-Envoy-Original-Path',
        'X-Original-Url',
        'Forwarded',
        'X-Uri',
      ],
      ...['X-Forwarded-Prefix', 'X-Forwarded-Path', 'X-Original-Uri-2', 'X_Original_URI', 'Referer'],
    ].map((name) => `${name}: /weather`);
    expect(await ask('/gateway/check', 'X-Original-URI: /orders', ...lies)).toEqual([401, 'Unauthorized']);
    expect(await ask('/gateway/check', ...lies)).toEqual([400, 'AddressMissing']);
    expect(await ask('/gateway/check/weather', 'X-Original-URI: /orders')).toEqual([401, 'Unauthorized']);
    expect(await ask('/gateway/check', 'X-Original-URI: /orders', withKey())).toEqual([200, undefined]);
  });

  it('can be another one, and then the usual one is ignored', async () => {
    const ask = await serve({ uriHeader: 'x-forwarded-uri' });
    const lie = 'X-Original-URI: /weather';
    expect(await ask('/gateway/check', 'X-Forwarded-Uri: /orders', lie)).toEqual([401, 'Unauthorized']);
    expect(await ask('/gateway/check', lie)).toEqual([400, 'AddressMissing']);
  });

  it('can be the check’s own path; then its query holds nothing of ours, and every header is ignored', async () => {
    const ask = await serve({ uriHeader: null });
    const lie = 'X-Original-URI: /weather';
    expect(await ask('/gateway/check/weather/today?x=1')).toEqual([200, undefined]);
    expect(await ask('/gateway/check/orders?api=weather', lie)).toEqual([401, 'Unauthorized']);
    expect(await ask(`/gateway/check/orders?subscription-key=${key}`)).toEqual([200, undefined]);
    expect(await ask('/gateway/check/weather/../orders', lie)).toEqual([400, 'AddressUnreadable']);
    expect(await ask('/gateway/check//orders', lie, withKey())).toEqual([400, 'AddressAmbiguous']);
    expect(await ask('/gateway/check', withKey())).toEqual([403, 'ApiUnknown']);
    expect(await ask('/gateway/check?api=orders', withKey())).toEqual([403, 'ApiUnknown']);
  });

  it('is refused when it comes twice, as the key and the secret are', async () => {
    const ask = await serve({ secret: 'what-the-gateway-sends' });
    const [uri, secret] = ['X-Original-URI: /weather', 'X-Gateway-Secret: what-the-gateway-sends'];
    expect(await ask('/gateway/check', uri, secret)).toEqual([200, undefined]);
    expect(await ask('/gateway/check', uri, secret, 'x-original-uri: /weather')).toEqual([
      400,
      'HeaderTwice',
    ]);
    expect(await ask('/gateway/check', uri, secret, withKey(), withKey())).toEqual([400, 'HeaderTwice']);
    expect(await ask('/gateway/check', uri, secret, secret)).toEqual([400, 'HeaderTwice']);
  });

  it('cannot be pushed out of sight by a hundred others', async () => {
    const ask = await serve();
    const many = Array.from({ length: 120 }, (_, at) => `X-${at}: y`);
    const lie = 'X-Original-URI: /weather';
    expect(await ask('/gateway/check', lie, ...many, 'X-Original-URI: /orders')).toEqual([400, 'TooMuch']);
    expect((await ask('/gateway/check', lie, `X-Long: ${'y'.repeat(20_000)}`))[0]).toBe(431);
    expect(await ask('/gateway/check', `X-Original-URI: /weather/${'y'.repeat(9_000)}`)).toEqual([
      400,
      'TooMuch',
    ]);
  });

  it.each([
    ['/weather/../orders', 'AddressUnreadable'],
    ['/weather/%2e%2e/orders', 'AddressUnreadable'],
    ['http://localhost/weather', 'AddressUnreadable'],
    ['/weather\\..\\orders', 'AddressUnreadable'],
    ['//weather', 'AddressAmbiguous'],
    ['/%77eather', 'AddressAmbiguous'],
  ])('gives no way past a key: %s', async (uri, code) => {
    const ask = await serve();
    expect(await ask('/gateway/check', `X-Original-URI: ${uri}`)).toEqual([400, code]);
    expect(await ask('/gateway/check', `X-Original-URI: ${uri}`, withKey())).toEqual([400, code]);
  });
});

describe('the secret of the gateway', () => {
  it('is required before the check says anything: without it the address answers 404', async () => {
    const ask = await serve({ secret: 'what-the-gateway-sends' });
    const uri = 'X-Original-URI: /orders';
    for (const lines of [
      [],
      ['X-Gateway-Secret: what-the-gateway-send'],
      ['X-Gateway-Secret: '],
      ['X-Gateway-Secret: x'],
    ]) {
      expect(await ask('/gateway/check', uri, withKey(), ...lines)).toEqual([404, 'NotFound']);
      expect(await ask('/gateway/check', ...lines)).toEqual([404, 'NotFound']);
    }
    expect(await ask('/gateway/check', uri, withKey(), 'X-Gateway-Secret: what-the-gateway-sends')).toEqual([
      200,
      undefined,
    ]);
  });
});

it('the check does not wait for a body that never ends, and keeps nothing of it', async () => {
  await serve();
  const answer = await askRaw(served?.port ?? 0, [
    'POST /gateway/check HTTP/1.1',
    'X-Original-URI: /weather',
    'Content-Length: 1000000000',
  ]);
  expect(answer).toMatch(/^HTTP\/1\.1 200/);
});
