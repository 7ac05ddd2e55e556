import { describe, expect, it } from 'vitest';
import { pageOfPortal, readDelegation } from '../../src/domain/azure-delegation.ts';
import { isDelegationKey, isDelegationSigned } from '../../src/security/delegation-signature.ts';

/** 64 bytes, 0 to 63. */
const KEY = Buffer.from(Array.from({ length: 64 }, (_, index) => index)).toString('base64');

/**
 * Made by the documented rule with another tool:
 * `printf 'SALT\nFIELD' | openssl dgst -sha512 -mac HMAC -macopt hexkey:HEX -binary | base64 -w0`.
 */
const VECTORS: [string, Record<string, string>, string][] = [
  [
    'SignIn',
    { returnUrl: 'https://contoso.developer.azure-api.net/products?a=1' },
    'NIfXcPNoSJFTmTkCI5K9ytFupAjzjXq9+IjyUm79SYHR7eK4srDjHhqIXd137IWwKt2FEGEkLPa9byCXBvvKtA==',
  ],
  [
    'SignUp',
    { returnUrl: '/' },
    'p0gJcgxEdxi7zCXSFAApJ6RvYoca9LJoFYxBnx+Q3XfxA84ZHe3Ru3OtmNWAAV/zz02vrft+oJQVrCcvF8iS+w==',
  ],
  [
    'ChangePassword',
    { userId: 'ann' },
    '/0NWvpOTElf3g3JnIv2XDZjcapJDDHZalGwQgtA65TGkqMQUXdE+0T7uCXCu9Xwr6nlfg7iiySb3RGtQQb/XAg==',
  ],
  [
    'ChangeProfile',
    { userId: 'ann' },
    '/0NWvpOTElf3g3JnIv2XDZjcapJDDHZalGwQgtA65TGkqMQUXdE+0T7uCXCu9Xwr6nlfg7iiySb3RGtQQb/XAg==',
  ],
  [
    'CloseAccount',
    { userId: 'ann' },
    '/0NWvpOTElf3g3JnIv2XDZjcapJDDHZalGwQgtA65TGkqMQUXdE+0T7uCXCu9Xwr6nlfg7iiySb3RGtQQb/XAg==',
  ],
  [
    'SignOut',
    { userId: 'ann' },
    '/0NWvpOTElf3g3JnIv2XDZjcapJDDHZalGwQgtA65TGkqMQUXdE+0T7uCXCu9Xwr6nlfg7iiySb3RGtQQb/XAg==',
  ],
  [
    'Subscribe',
    { productId: 'starter', userId: 'ann' },
    'DsUS7WdYXE2/RDV22o0jPKXr1HUy843/95l+cputg4/EBJfnfkinaQHeQP4YjmsHdbTDWAV1FYCzxKJ6eKK3zQ==',
  ],
  [
    'Unsubscribe',
    { subscriptionId: 'ann-starter' },
    '2JV5vFrIvl/yLcu3yA39ekl27LxmGxYbASsIW98xMfpNJ3wBEA/zJQedDDlaWjxxMDl15uQjhIaqAgGif9LW3A==',
  ],
  [
    'Renew',
    { subscriptionId: 'ann-starter' },
    '2JV5vFrIvl/yLcu3yA39ekl27LxmGxYbASsIW98xMfpNJ3wBEA/zJQedDDlaWjxxMDl15uQjhIaqAgGif9LW3A==',
  ],
];

const read = (query: Record<string, string> | [string, string][]) =>
  readDelegation(new URLSearchParams(query), (text, signature) => isDelegationSigned(KEY, text, signature));

describe('T117: what is handed over is read', () => {
  it.each(VECTORS)('%s, by the documented signature', (operation, fields, sig) => {
    const query = { operation, ...fields, salt: 'c2FsdA==', sig };
    expect(read(query)).toEqual({ operation, ...fields });
    for (const name of Object.keys(query)) {
      const { [name]: value = '', ...without } = query as Record<string, string>;
      expect(read(without), `without ${name}`).toBeNull();
      expect(read({ ...query, [name]: '' }), `empty ${name}`).toBeNull();
      if (name === 'operation') continue;
      expect(read({ ...query, [name]: `${value}x` }), `other ${name}`).toBeNull();
      expect(read([...Object.entries(query), [name, value]]), `${name} twice`).toBeNull();
    }
  });

  it('only when each value is one line, because lines end where values are joined', () => {
    const [, , sig = ''] = VECTORS.find(([operation]) => operation === 'Subscribe') ?? [];
    const split = { operation: 'SignIn', returnUrl: 'starter\nann', salt: 'c2FsdA==', sig };
    expect(read(split)).toBeNull();
    expect(read({ ...split, operation: 'Unsubscribe', subscriptionId: 'starter\nann' })).toBeNull();
  });

  it('and nothing else that an object has', () => {
    for (const operation of ['constructor', '__proto__', 'toString', 'signin', ''])
      expect(read({ operation, salt: 'a', sig: 'b', returnUrl: '/' })).toBeNull();
  });
});

it('a delegation key is base64 of 16 bytes or more', () => {
  expect([KEY, Buffer.alloc(16).toString('base64')].map(isDelegationKey)).toEqual([true, true]);
  const wrong = ['', 'secret', Buffer.alloc(15).toString('base64'), `${KEY} `, `${KEY}=`, KEY.slice(1)];
  expect(wrong.map(isDelegationKey)).toEqual(wrong.map(() => false));
});

describe('T117: a return address leads to the portal alone', () => {
  const PORTAL = 'https://contoso.developer.azure-api.net';
  it.each([
    ['/products', '/products'],
    [`${PORTAL}/apis?a=1#b`, '/apis?a=1#b'],
    ['products', '/products'],
    ['', '/'],
    ['//evil.example', '/'],
    ['/\\evil.example', '/'],
    ['https:evil.example', '/evil.example'],
    [`${PORTAL}//evil.example/x`, '/evil.example/x'],
    [`${PORTAL}.evil.example/x`, '/'],
    [`${PORTAL}@evil.example/x`, '/'],
    ['https://evil.example/x', '/'],
    ['http://contoso.developer.azure-api.net/x', '/'],
    ['javascript:alert(1)', '/'],
    ['data:text/html,x', '/'],
    ['\t//evil.example', '/'],
  ])('%s: %s', (returnUrl, page) => {
    expect(pageOfPortal(PORTAL, returnUrl)).toBe(page);
    // What follows from it can't leave either.
    expect(new URL(pageOfPortal(PORTAL, returnUrl), PORTAL).origin).toBe(PORTAL);
  });
});
