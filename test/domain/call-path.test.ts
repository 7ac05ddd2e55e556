import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apiPathsOf, findApi, readCallPath } from '../../src/domain/call-path.ts';
import { cpuMs } from '../support/cpu.ts';

type Api = { path: string };

/** The result of `readCallPath` and `findApi` together: the path of an API, or why there is none. */
function apiOf(uri: string, paths: readonly string[]): string {
  const path = readCallPath(uri);
  if (!path) return 'unreadable';
  const apis = new Map(paths.map((one): [string, Api] => [one.toLowerCase(), { path: one }]));
  const found = findApi(path, {
    at: (part) => apis.get(part),
    hasBelow: (part) =>
      [...apis.keys()].some((one) => one !== part && (part === '' || one.startsWith(`${part}/`))),
  });
  if (found === 'ambiguous') return found;
  return found ? `/${found.path}` : 'none';
}

const SOME = ['orders', 'orders/v1', 'admin'];

describe('finding the API of a path', () => {
  test.each([
    ['/orders', '/orders'],
    ['/orders/', '/orders'],
    ['/orders?page=2', '/orders'],
    ['/orders/v1', '/orders/v1'],
    ['/orders/v1/', '/orders/v1'],
    ['/orders/v1/7/items?a=/admin', '/orders/v1'],
    ['/orders/v12', '/orders'],
    ['/ordersx', 'none'],
    ['/ADMIN/x', '/admin'],
    ['/', 'none'],
    ["/admin/it's,(a)=b@c:d*!$&+~_-.x", '/admin'],
    // The rest after the longest path may be spelt in any way that stays below it.
    ['/orders/v1/J%C3%BCrgen', '/orders/v1'],
    ['/orders/v1/a%2Fb', '/orders/v1'],
    ['/orders/v1/a;color=red', '/orders/v1'],
    ['/orders/v1//x', '/orders/v1'],
    ['/admin/%7Ejoe', '/admin'],
  ])('%s belongs to %s', (uri, expected) => {
    expect(apiOf(uri, SOME)).toBe(expected);
  });

  test.each([
    '/orders/../admin',
    '/orders/..',
    '/./admin',
    '/orders/%2e%2e/admin',
    '/orders/%2E./admin',
    '/orders/.%2e/admin',
    '/orders/..%2fadmin',
    '/orders/%2e%2e%2fadmin',
    '/orders/..%5cadmin',
    '/orders\\..\\admin',
    '/orders/%252e%252e/admin',
    '/orders/%25252e%25252e/admin',
    '/orders/..;/admin',
    '/orders/..;a=b/admin',
    '/orders/%2e%2e;/admin',
    '/orders/..%00/admin',
    '/orders/..%20/admin',
    '/orders/..%3fx/admin',
    '/orders/..%23x/admin',
    '/orders/...../admin',
    '/orders/%c0%ae%c0%ae/admin',
    '/orders/%ef%bc%8e%ef%bc%8e/admin',
    '/orders/%e2%80%a5/admin',
    '/orders/..%ef%bc%8fadmin',
    '/orders%00/v1',
    '/orders%0d%0a/v1',
    '/orders/%zz',
    '/orders/%',
    '/orders/%ff',
    '/orders/é',
    '/orders/a b',
    '/orders#/../admin',
    'http://example.com/admin',
    'admin',
    '*',
    '',
    '?x',
  ])('%s is refused because it climbs out of its folder or is malformed', (uri) => {
    expect(apiOf(uri, SOME)).toBe('unreadable');
  });

  test.each([
    '/orders/%76%31',
    '/orders/v%31/7',
    '/orders//v1',
    '//orders/v1',
    '//evil.example/admin',
    '/orders%2fv1',
    '/orders;x/v1',
    '/orders/;/v1',
    '/orders\\v1',
    '/%61dmin',
    '/orders./v1',
    '/orders/%C5%BF',
    '/orders/V1',
  ])('%s is refused because another reading of it is another API', (uri) => {
    expect(apiOf(uri, SOME)).toBe('ambiguous');
  });

  test('an unusual spelling is accepted where it can reach only one API', () => {
    expect(apiOf('/%61dmin', [''])).toBe('/');
    expect(apiOf('//x', [''])).toBe('/');
    expect(apiOf('/ADMIN', ['Admin'])).toBe('/Admin');
    expect(apiOf('/ADMIN', ['Admin', ''])).toBe('ambiguous');
  });

  test('only as many segments of a long path are read as an API can have', () => {
    const long = `/${'a/'.repeat(4_000)}`;
    expect(apiPathsOf({ plain: long.slice(1, -1), isWhole: true }).length).toBeLessThanOrEqual(201);
    expect(apiOf(long, ['a/a'])).toBe('/a/a');
  });
});

// How the programs on the way may read a path, each alone and one after the other.
const decodeOnce = (path: string) =>
  path.replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
const READINGS: ((path: string) => string)[] = [
  (path) => path,
  decodeOnce,
  (path) => path.replace(/\/{2,}/g, '/'),
  (path) => path.replace(/\\/g, '/'),
  (path) => path.replace(/;[^/]*/g, ''),
  (path) => path.replace(/[?#].*$/s, ''),
  (path) => path.replace(/\0.*$/s, ''),
  (path) => path.replace(/[. ]+(?=\/|$)/g, (dots, at: number) => (path[at - 1] === '/' ? dots : '')),
  (path) => path.replace(/^\/\/[^/]*/, ''),
  (path) => new URL(path.replace(/^\/+/, '/'), 'http://host').pathname,
];

/** The longest API path that a path begins with; `isMinding`: case matters. */
function matches(path: string, apis: readonly string[], isMinding: boolean): string | null {
  const fold = (text: string) => (isMinding ? text : text.toLowerCase());
  const fitting = apis.filter(
    (api) => api === '' || fold(path) === fold(`/${api}`) || fold(path).startsWith(fold(`/${api}/`)),
  );
  return fitting.toSorted((a, b) => b.length - a.length)[0] ?? null;
}

const piece = fc.constantFrom(
  ...[
    'orders',
    'v1',
    'admin',
    'V1',
    'Orders',
    '/',
    '/',
    '/',
    '//',
    '\\',
    '.',
    '..',
    '/../',
    '/./',
    ';',
    ';x=1',
  ],
  ...[
    '%2f',
    '%2F',
    '%5c',
    '%2e',
    '%2E%2e',
    '%252e',
    '%252f',
    '%00',
    '%20',
    '%3b',
    '%3f',
    '%23',
    '%61',
    '%76',
  ],
  ...['%25', '%c0%ae', '%', '#', '?', ' ', 'a', '..;', '%2e%2e;', '%ef%bc%8f', 'ordersx', '@', ':', '*'],
);
const uris = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);
const catalogs = fc.subarray(['', 'orders', 'orders/v1', 'admin', 'orders/v1/admin', 'Orders/a'], {
  minLength: 1,
});

describe('a path that is accepted', () => {
  test('is the same API to every program on the way, in any order of their readings', () => {
    fc.assert(
      fc.property(
        uris,
        catalogs,
        fc.array(fc.nat(READINGS.length - 1), { maxLength: 5 }),
        (uri, apis, order) => {
          const ours = apiOf(uri, apis);
          if (ours === 'unreadable' || ours === 'ambiguous') return;
          let theirs = uri.split('?', 1)[0] ?? '';
          for (const at of order) {
            // A program that can't read the path refuses it.
            if (!URL.canParse(theirs.replace(/^\/+/, '/'), 'http://host')) return;
            theirs = READINGS[at]?.(theirs) ?? theirs;
          }
          for (const isMinding of [true, false]) {
            const api = matches(theirs, apis, isMinding);
            // If the program finds an API, it must be the one whose key we checked.
            if (api !== null) expect(`/${api}`).toBe(ours);
          }
        },
      ),
      { numRuns: 20_000 },
    );
  });

  test('is decided for any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary' }), catalogs, (text, apis) => {
        expect(typeof apiOf(`/${text}`, apis)).toBe('string');
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    ['/'.repeat(8_000)],
    ['/.'.repeat(4_000)],
    [`/${'a.'.repeat(4_000)}`],
    ['%25'.repeat(2_600)],
    [`${'.'.repeat(8_000)}x/%252525`],
    [`%41${'/'.repeat(8_000)}x`],
    [`${'%E2%80%A6'.repeat(880)}x`],
  ])('T38: takes no time for %s', (evil) => {
    expect(cpuMs(20, () => readCallPath(`/${evil}`))).toBeLessThan(400);
  });
});
