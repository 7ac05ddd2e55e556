// Where a page of a list begins, in a link that the server wrote. A client can send anything in its place.
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { addUsage } from '../../src/db/usage/write.ts';
import { ROUTES } from '../../src/management/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { BASE, SERVICE, startTestManagement } from '../support/management.ts';

const TOKENS_EACH = Number(process.env.TOKENS ?? 25);
const AT_ONCE = 20;
const HOUR_MS = 3_600_000;

const t = forAllTests(startTestManagement);
/** A token of each list, from the link to its second page. */
const real = new Map<string, string>();
beforeAll(async () => {
  const put = async (path: string, properties?: object) =>
    expect((await t.ask(path, { method: 'PUT', body: properties && { properties } })).status).toBe(201);
  const names = { firstName: 'Ann', lastName: 'Lee' };
  await put('products/gold', { displayName: 'Gold', state: 'published' });
  const responses = { 200: { description: 'Fine' } };
  const document = {
    openapi: '3.0.3',
    info: { title: 'One', version: '1' },
    paths: { '/films': { get: { responses }, post: { responses } } },
  };
  const value = { format: 'openapi+json', value: JSON.stringify(document) };
  for (const n of [1, 2]) {
    await put(`users/u${n}`, { email: `u${n}@example.com`, ...names });
    await put(`groups/g${n}`, { displayName: `Group ${n}` });
    await put(`groups/g1/users/u${n}`);
    await put(`groups/g${n === 1 ? 2 : 1}/users/u1`).catch(() => {});
    await put(`apis/a${n}`, { displayName: `Api ${n}`, path: `a${n}`, ...value });
    await put(`products/p${n}`, { displayName: `Product ${n}` });
    await put(`products/gold/apis/a${n}`);
    await put(`products/p${n}/apis/a1`);
    await put(`products/gold/groups/g${n}`);
    const scope = { scope: '/products/gold', ownerId: '/users/u1' };
    await put(`subscriptions/s${n}`, { displayName: `Sub ${n}`, ...scope });
  }
  await put('subscriptions/s3', { displayName: 'Sub 3', scope: '/products/p1', ownerId: '/users/u2' });
  const rows = await t.sql<{ id: string; createdAt: number }[]>`
    select id, (extract(epoch from created_at) * 1000)::float8 as "createdAt" from subscriptions`;
  const createdAt = (id: string) => rows.find((row) => row.id === id)?.createdAt ?? 0;
  const { db } = t.contextOf({ kind: 'console', name: 'Connie' });
  const calls = (
    [
      ['s1', 'gold', 'a1', 0],
      ['s3', 'p1', 'a2', HOUR_MS],
    ] as const
  ).map(([id, productId, apiId, ago]) => ({
    ...{
      subscription: { id, createdAt: createdAt(id) },
      keyMark: null,
      productId,
      apiId,
      outcome: 'passed' as const,
    },
    ...{ calls: 1, lastAt: NOW.getTime() - ago },
  }));
  await addUsage(db, SERVICE, { source: 'test', number: 1, calls }, NOW);
  for (const list of LISTS) {
    const { body } = await t.ask(`${list}?${new URLSearchParams({ ...queryOf(list), $top: '1' })}`);
    const token = new URL(body.nextLink || 'http://none').searchParams.get('$skiptoken');
    if (token) real.set(list, token);
  }
});

const PARTS: Record<string, string> = { userId: 'u1', groupId: 'g1', productId: 'gold', apiId: 'a1' };
const LISTS = ROUTES.filter(({ method, operation }) => method === 'GET' && operation.includes('_List')).map(
  ({ path }) => path.replace(/\{(\w+)\}/g, (_, name: string) => PARTS[name] ?? name),
);

/** A report must be asked for a time. */
const NOW = new Date();
const day = (offset: number) => new Date(NOW.getTime() + offset * 24 * HOUR_MS).toISOString();
const queryOf = (list: string): Record<string, string> =>
  list.startsWith('reports/')
    ? { $filter: `timestamp ge datetime'${day(-1)}' and timestamp le datetime'${day(1)}'`, interval: 'PT1H' }
    : {};

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');
const decoded = (token: string): unknown => JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));

/** Values that a part of a cursor may have become. */
const ODD: unknown[] = [
  ...['', '\0', 'a\0b', '\ud800', '%00', "' or 1=1 --", '💥'.repeat(50), 'a'.repeat(1_000)],
  ...['-000001-01-01T00:00:00.000Z', '0000-01-01T00:00:00Z', '+275760-09-13T00:00:00.000Z', '10000-01-01'],
  ...['infinity', 'epoch', '2026-11-29', '1e9', 'NaN', '9'.repeat(40)],
  ...[0, -1, 8.64e15, -8.64e15, 1e300, -62_167_219_200_001, 253_402_300_800_000, true, false, null],
  ...[[], [[]], {}, [1e15], { toString: 1 }, { __proto__: [] }],
];
const odd = fc.oneof(fc.constantFrom(...ODD), fc.jsonValue(), fc.string({ unit: 'binary', maxLength: 40 }));

/** The token with a part of what it holds replaced, dropped or added. */
const otherParts = (token: string) => {
  const cursor = decoded(token);
  if (typeof cursor !== 'object' || cursor === null) return odd.map(encoded);
  return fc
    .tuple(fc.constantFrom(...Object.keys(cursor), 'more'), fc.option(odd, { nil: undefined }))
    .map(([name, value]) => encoded({ ...cursor, [name]: value }));
};
const otherBytes = (token: string) =>
  fc
    .tuple(fc.nat(token.length - 1), fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 2 }))
    .map(([at, text]) => token.slice(0, at) + text + token.slice(at + 1));
const otherJson = (token: string) => {
  const json = Buffer.from(token, 'base64url').toString('latin1');
  return fc.tuple(fc.nat(json.length - 1), fc.nat(255)).map(([at, byte]) =>
    Buffer.from(json, 'latin1')
      .fill(byte, at, at + 1)
      .toString('base64url'),
  );
};
const anyToken = (token: string) =>
  fc.oneof(
    otherParts(token),
    otherBytes(token),
    otherJson(token),
    odd.map(encoded),
    fc.nat(token.length).map((length) => token.slice(0, length)),
    fc.constantFrom(...real.values()),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );

/** A user's identity, an API's revision, a product's links, and what a service has one of: these have one page. */
const HAS_ONE_PAGE =
  /identities$|revisions$|Links$|policies$|^notifications|^regions$|networkstatus$|^portalsettings$|^tenant$|^settings$|^reports.by(Operation|Geo|Request)$/;

it('T81 every list whose rows don’t fit on a page has a token', () => {
  expect(LISTS.filter((list) => !HAS_ONE_PAGE.test(list) && !real.has(list))).toEqual([]);
});

it(
  'T81 a list answers any $skiptoken with a page, or refuses it in Azure’s form and names it',
  async () => {
    const statuses = new Set<number>();
    for (const [list, token] of real) {
      // Each may send 3,000 reads a minute.
      const reader = await t.token('reader');
      const tokens = fc.sample(anyToken(token), { numRuns: TOKENS_EACH, seed: 81 });
      for (let at = 0; at < tokens.length; at += AT_ONCE)
        await Promise.all(
          tokens.slice(at, at + AT_ONCE).map(async (one) => {
            const given = { ...queryOf(list), 'api-version': '2024-05-01', $skiptoken: one };
            const query = new URLSearchParams(given);
            const { status, body, text } = await t.send(`${BASE}/${list}?${query}`, { token: reader });
            const said = `${list} ${JSON.stringify(one)} ${Buffer.from(one, 'base64url')} → ${status} ${text.slice(0, 300)}`;
            statuses.add(status);
            if (status === 200) return expect(Array.isArray(body.value), said).toBe(true);
            expect([status, body?.error?.code], said).toEqual([400, 'ValidationError']);
            expect(body.error.details[0].target, said).toBe('$skiptoken');
          }),
        );
    }
    expect([...statuses].sort()).toEqual([200, 400]);
  },
  60_000 + TOKENS_EACH * 1_000,
);

it('T81 the portal answers any place in its list of products with a page', async () => {
  const parts = fc.sample(fc.tuple(odd, odd), { numRuns: TOKENS_EACH, seed: 82 });
  for (const [name, id] of parts) {
    const query = new URLSearchParams({ name: `${JSON.stringify(name)}`, id: `${JSON.stringify(id)}` });
    const { status } = await fetch(`${t.slack.url}/portal/products?${query}`);
    expect([200, 404], `${query}`).toContain(status);
  }
});

it.each([
  ["users?$filter=registrationDate gt datetime'0000-01-01T00:00:00Z'", 'GET', null, '$filter'],
  ['users?$filter=registrationDate lt 9999-12-31T23:59:59-14:00', 'GET', null, '$filter'],
  ['subscriptions/none', 'PUT', { expirationDate: '0000-01-01T00:00:00Z' }, 'expirationDate'],
  ['subscriptions/s1', 'PUT', { expirationDate: '9999-12-31T23:59:59-14:00' }, 'expirationDate'],
])('a moment that can’t be stored is refused: %s by %s with %j', async (path, method, more, target) => {
  const properties = { displayName: 'Sub 1', scope: '/products/gold', ...more };
  const { status, body } = await t.ask(encodeURI(path), {
    method,
    ...(more ? { body: { properties } } : {}),
  });
  expect([status, body.error.details?.[0].target]).toEqual([400, target]);
});
