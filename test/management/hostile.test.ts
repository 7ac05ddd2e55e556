// Whatever is sent to the management API: no fault, an answer in Azure's form, and nothing written that was refused.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROUTES } from '../../src/management/routes.ts';
import { BASE, GROUP, SERVICE, startTestManagement, type TestManagement } from '../support/management.ts';

/** 10,000 in all. */
const BATCHES = 5;
const REQUESTS = 2_000;
const AT_ONCE = 25;
/** Each may send 1,200 writes a minute. */
const TOKENS = 12;

let t: TestManagement;
const admins: string[] = [];
const readers: string[] = [];
beforeAll(async () => {
  t = await startTestManagement();
  for (let index = 0; index < TOKENS; index++) {
    admins.push(await t.token('admin', { grants: ['list-secrets', 'sso'] }));
    readers.push(await t.token('reader'));
  }
  for (const id of ['ann', 'bob'])
    await t
      .client()
      .user.createOrUpdate(GROUP, SERVICE, id, { email: `${id}@example.com`, firstName: 'A', lastName: 'B' });
  await t.client().group.createOrUpdate(GROUP, SERVICE, 'partners', { displayName: 'Partners' });
});
afterAll(() => t?.close());

const words = [
  'ann',
  'bob',
  'partners',
  'developers',
  '1',
  '',
  ' ',
  '.',
  '..',
  '%',
  '%00',
  '\0',
  'null',
  '__proto__',
  'constructor',
  'toString',
  "'; drop table accounts; --",
  '<script>alert(1)</script>',
  '#set($x = 7)',
  '$OrganizationName',
  '\u202e',
  '💥',
  '\ud800',
  'é',
  'x'.repeat(300),
  '0',
  '-1',
  '1e9',
  '9'.repeat(40),
  'true',
  '*',
  '"1"',
  '"0"',
  'W/"1"',
  'ann,bob',
  '/users/ann',
];
const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...words) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
);
const filters = fc.oneof(
  word,
  fc
    .array(
      fc.constantFrom(
        '(',
        ')',
        'and',
        'or',
        'not',
        'name',
        'state',
        'properties/email',
        'eq',
        'ge',
        "'x'",
        "''",
        ',',
        'contains',
        '5',
      ),
      { maxLength: 30 },
    )
    .map((parts) => parts.join(' ')),
);
const query = fc.array(
  fc.oneof(
    fc.tuple(fc.constant('$filter'), filters),
    fc.tuple(
      fc.constantFrom(
        '$top',
        '$skip',
        '$skiptoken',
        'notify',
        'deleteSubscriptions',
        'expandGroups',
        'appType',
        'api-version',
      ),
      word,
    ),
    fc.tuple(word, word),
  ),
  { maxLength: 4 },
);
const property = fc.constantFrom(
  'email',
  'firstName',
  'lastName',
  'note',
  'password',
  'state',
  'identities',
  'confirmation',
  'displayName',
  'description',
  'type',
  'externalId',
  'scope',
  'ownerId',
  'primaryKey',
  'expirationDate',
  'path',
  'subscriptionsLimit',
  'groups',
  '__proto__',
  'constructor',
);
const value = fc.oneof(
  word,
  fc.constantFrom(
    'x@example.com',
    'active',
    'blocked',
    'deleted',
    'submitted',
    'custom',
    '/apis',
    '/products/x',
    '2026-13-45',
  ),
  fc.jsonValue({ maxDepth: 3 }),
);
const properties = fc
  .array(fc.tuple(property, value), { maxLength: 6 })
  .map((pairs) => Object.fromEntries(pairs));
const body = fc.oneof(
  { weight: 6, arbitrary: properties.map((all) => JSON.stringify({ properties: all })) },
  { weight: 1, arbitrary: fc.jsonValue().map((one) => JSON.stringify(one)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '{',
      '[]',
      'null',
      '"',
      '{"properties":',
      '{"properties":[1]}',
      '{"__proto__":{"properties":{}}}',
      `${'['.repeat(5_000)}`,
    ),
  },
  { weight: 1, arbitrary: fc.constant(undefined) },
);
const encoded = (text: string) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
/** As it is, where a client can send it so at all. */
const raw = (text: string) => text.replace(/[^\x21-\x7e]/g, '').replaceAll('#', '');
const path = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(...ROUTES), fc.array(word, { minLength: 3, maxLength: 3 }), fc.boolean())
      .map(([route, ids, isRaw]) => {
        let index = 0;
        const filled = route.path.replace(/\{\w+\}/g, () => (isRaw ? raw : encoded)(ids[index++] ?? ''));
        return `${BASE}/${filled}`;
      }),
  },
  {
    weight: 1,
    arbitrary: fc
      .array(word, { maxLength: 12 })
      .map((parts) => `/subscriptions/${parts.map(encoded).join('/')}`),
  },
  { weight: 1, arbitrary: word.map((text) => `/subscriptions/${raw(text)}`) },
);
const header = word.map((text) => text.replace(/[^\x20-\x7e]/g, ''));
const anything = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'),
  path,
  query,
  body,
  ifMatch: fc.option(header),
  clientId: fc.option(header),
  type: fc.constantFrom(
    'application/json',
    'application/json; charset=utf-8',
    'text/plain',
    'application/x-www-form-urlencoded',
  ),
  isReader: fc.boolean(),
});
/** Such that something is made of it. */
const making = fc.record({
  made: fc
    .nat()
    .chain((n) =>
      fc.constantFrom<[string, Record<string, unknown>]>(
        ['users', { email: `h${n}@example.com`, firstName: 'A', lastName: 'B' }],
        ['groups', { displayName: `H ${n}` }],
        ['products', { displayName: `H ${n}` }],
        ['apis', { displayName: `H ${n}`, path: `h${n}` }],
        ['subscriptions', { displayName: `H ${n}`, scope: '/apis', ownerId: '/users/bob' }],
      ),
    ),
  id: fc.nat(),
  isReader: fc.boolean(),
});
const request = fc.oneof(
  { weight: 19, arbitrary: anything },
  {
    weight: 1,
    arbitrary: making.map(({ made: [kind, all], id, isReader }) => ({
      method: 'PUT',
      path: `${BASE}/${kind}/h${id}`,
      query: [],
      body: JSON.stringify({ properties: all }),
      ifMatch: null,
      clientId: null,
      type: 'application/json',
      isReader,
    })),
  },
);
type Hostile = {
  method: string;
  path: string;
  query: [string, string][];
  body: string | undefined;
  ifMatch: string | null;
  clientId: string | null;
  type: string;
  isReader: boolean;
};

/** All that a program could have changed. */
const everything = async () => {
  const tables = [
    'accounts',
    'groups',
    'account_groups',
    'apis',
    'products',
    'product_apis',
    'product_groups',
    'subscriptions',
    'subscription_keys',
    'tickets',
    'mails',
    'approvals',
    'mail_texts',
    'sessions',
  ];
  const rows = await Promise.all(
    tables.map(
      (name) =>
        t.sql`select md5(coalesce(string_agg(one::text, ' ' order by one::text), '')) as hash from ${t.sql(name)} one`,
    ),
  );
  return rows.map(([row], index) => `${tables[index]} ${row?.hash}`).join('\n');
};

function send(one: Hostile, index: number) {
  const version = one.query.some(([name]) => name === 'api-version') ? [] : [['api-version', '2024-05-01']];
  const search = [...one.query, ...version]
    .map((pair) => pair.map((text) => encoded(text ?? '')).join('='))
    .join('&');
  const tokens = one.isReader ? readers : admins;
  const takesBody = !['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(one.method);
  return t.send(`${one.path}?${search}`, {
    method: one.method,
    token: tokens[index % TOKENS] ?? '',
    ...(takesBody && one.body !== undefined ? { body: one.body } : {}),
    headers: {
      'content-type': one.type,
      ...(one.ifMatch === null ? {} : { 'if-match': one.ifMatch }),
      ...(one.clientId === null ? {} : { 'x-ms-client-request-id': one.clientId }),
    },
  });
}

async function sendAll(requests: readonly Hostile[]): Promise<Map<number, number>> {
  const statuses = new Map<number, number>();
  for (let at = 0; at < requests.length; at += AT_ONCE)
    await Promise.all(
      requests.slice(at, at + AT_ONCE).map(async (one, offset) => {
        const { status, body, headers, text } = await send(one, at + offset);
        const said = `${JSON.stringify(one)} → ${status} ${text.slice(0, 300)}`;
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        expect(status, said).toBeLessThan(500);
        expect(status, said).not.toBe(429);
        // Dots in an address may lead out of the API, to a page.
        const isOurs = new URL(one.path, t.url).pathname.startsWith('/subscriptions/');
        if (isOurs && status >= 400 && text !== '')
          expect(Object.keys(body.error), said).toEqual(['code', 'message', 'details']);
        expect(headers['x-request-id'], said).toBeTruthy();
        expect(JSON.stringify(headers), said).not.toContain('<script>');
      }),
    );
  return statuses;
}

const seen = new Map<number, number>();

it.each(Array.from({ length: BATCHES }, (_, batch) => batch + 1))(
  `batch %d of ${BATCHES}: of ${REQUESTS} hostile requests none is a fault, and who may only look changes nothing`,
  async () => {
    const seed = Date.now() % 1_000_000;
    const all = fc.sample(request, { numRuns: REQUESTS, seed }) as Hostile[];
    const before = await everything();
    const looked = await sendAll(all.filter((one) => one.isReader));
    expect(await everything(), `seed ${seed}`).toBe(before);
    const acted = await sendAll(all.filter((one) => !one.isReader));
    for (const [status, times] of [...looked, ...acted]) seen.set(status, (seen.get(status) ?? 0) + times);
    expect((await t.send('/healthz')).status).toBe(200);
  },
  120_000,
);

it('they reached all of it: what is answered, and what is refused, for every reason', () => {
  for (const status of [200, 201, 204, 400, 403, 404, 405, 412, 415, 428])
    expect(seen.get(status) ?? 0, String(status)).toBeGreaterThan(0);
});
