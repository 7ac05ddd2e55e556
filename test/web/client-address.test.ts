import { describe, expect, test } from 'vitest';
import {
  clientAddress,
  isUndeclaredProxy,
  rateKey,
  readTrustedProxies,
} from '../../src/web/client-address.ts';
import { createProxyWatch } from '../../src/web/proxy-watch.ts';
import { createCapturedLog } from './serve.ts';

const NOBODY = readTrustedProxies([]);
const PROXIES = readTrustedProxies(['10.0.0.0/8', '192.0.2.7', '2001:db8:1::/48']);

describe('the address of a client', () => {
  test.each([
    ['a header from an untrusted socket is ignored', '203.0.113.5', '198.51.100.1', NOBODY, '203.0.113.5'],
    ['the header of a trusted proxy is used', '10.1.2.3', '198.51.100.1', PROXIES, '198.51.100.1'],
    ['a proxy without the header is the client', '10.1.2.3', undefined, PROXIES, '10.1.2.3'],
    [
      'addresses left of the first untrusted hop are ignored',
      '10.1.2.3',
      '1.1.1.1, 198.51.100.1',
      PROXIES,
      '198.51.100.1',
    ],
    [
      'a chain of trusted proxies is walked',
      '10.1.2.3',
      '198.51.100.1, 192.0.2.7, 10.9.9.9',
      PROXIES,
      '198.51.100.1',
    ],
    [
      'an IPv4 proxy on an IPv6 socket is the same proxy',
      '::ffff:10.1.2.3',
      '198.51.100.1',
      PROXIES,
      '198.51.100.1',
    ],
    ['an IPv6 proxy is trusted too', '2001:db8:1::5', '198.51.100.1', PROXIES, '198.51.100.1'],
    ['ports and brackets are removed', '10.1.2.3', '[2001:db8::1]:4711', PROXIES, '2001:db8:0:0:0:0:0:1'],
    ['ports of IPv4 are removed', '10.1.2.3', '198.51.100.1:4711', PROXIES, '198.51.100.1'],
    ['a malformed entry ends the search', '10.1.2.3', '198.51.100.1, unknown', PROXIES, '10.1.2.3'],
    [
      'a malformed entry further left is not reached',
      '10.1.2.3',
      'nonsense, 198.51.100.1',
      PROXIES,
      '198.51.100.1',
    ],
    ['each address has one spelling', '2001:0DB8:0:0::0001', undefined, NOBODY, '2001:db8:0:0:0:0:0:1'],
    ['a zone is removed', 'fe80::1%eth0', undefined, NOBODY, 'fe80:0:0:0:0:0:0:1'],
    ['a closed socket has no address', undefined, '198.51.100.1', PROXIES, 'unknown'],
  ])('is found: %s', (_what, socket, forwardedFor, trusted, expected) => {
    expect(clientAddress(socket, forwardedFor, trusted)).toBe(expected);
  });

  test('T34: is one for a thousand invented headers from one socket', () => {
    const keys = Array.from({ length: 1_000 }, (_, at) =>
      rateKey(clientAddress('203.0.113.5', `198.51.${at >> 8}.${at & 255}`, PROXIES)),
    );
    expect(new Set(keys).size).toBe(1);
  });

  test('T34: counts as one within an IPv6 /64, and as another in the next', () => {
    const key = (address: string) => rateKey(clientAddress(address, undefined, NOBODY));
    const line = ['2001:db8:5:6::1', '2001:db8:5:6:ffff::', '2001:0db8:0005:0006:0:0:192.0.2.1'].map(key);
    expect(new Set(line).size).toBe(1);
    expect(key('2001:db8:5:7::1')).not.toBe(line[0]);
    expect(key('::ffff:203.0.113.5')).toBe('203.0.113.5');
    expect(key('203.0.113.5')).not.toBe(key('203.0.113.6'));
  });

  test('is found in a chain of 100,000 proxies', () => {
    const chain = Array.from({ length: 100_000 }, () => '10.0.0.1').join(',');
    expect(clientAddress('10.0.0.1', chain, PROXIES)).toBe('10.0.0.1');
  });
});

describe('TRUSTED_PROXIES', () => {
  test.each([
    'proxy.example.com',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/8/9',
    '2001:db8::/129',
    '10.0.0',
    '*',
    '',
  ])('refuses the entry %j by name', (entry) => {
    expect(() => readTrustedProxies([entry])).toThrow(`${entry} is neither`);
  });
});

describe('a proxy that is not declared', () => {
  const named = { 'x-forwarded-for': '198.51.100.1' };
  test.each([
    ['on this machine', '127.0.0.1', named, NOBODY, true],
    ['in a private network', '::ffff:172.17.0.1', { forwarded: 'for=198.51.100.1' }, NOBODY, true],
    ['in a private IPv6 network', 'fd00::7', named, NOBODY, true],
    ['is none when it is trusted', '10.1.2.3', named, PROXIES, false],
    ['is none on the internet, where anyone can send the header', '203.0.113.5', named, NOBODY, false],
    ['is none without the header', '127.0.0.1', {}, NOBODY, false],
  ])('%s', (_what, socket, headers, trusted, expected) => {
    expect(isUndeclaredProxy(socket, headers, trusted)).toBe(expected);
  });

  test('is logged once, and the first one is remembered', () => {
    const { log, logged } = createCapturedLog();
    const watch = createProxyWatch(log);
    expect(watch.seen()).toBeNull();
    for (const address of ['10.1.2.3', '10.1.2.4', '10.1.2.3']) watch.see(address);
    expect(logged).toHaveLength(1);
    expect([watch.seen(), JSON.parse(logged[0] ?? '').proxy]).toEqual(['10.1.2.3', '10.1.2.3']);
  });
});
