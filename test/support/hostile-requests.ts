// Requests to the management API that nobody means well with, made up by fast-check.
import fc from 'fast-check';
import { ROUTES } from '../../src/management/routes.ts';
import { BASE } from './management.ts';

export type Hostile = {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
  /** `none`: by nobody, or with a bearer token that is none. */
  by: 'admin' | 'reader' | 'none';
};

const WORDS = [
  ...[
    'ann',
    'bob',
    'partners',
    'orders',
    'gold',
    'sub',
    'developers',
    'administrators',
    '1',
    'ann,bob',
    '/users/ann',
  ],
  ...[
    '',
    ' ',
    '.',
    '..',
    '%',
    '%00',
    '%2f',
    '\0',
    'null',
    'undefined',
    'NaN',
    '__proto__',
    'constructor',
    'toString',
  ],
  ...[
    "'; drop table accounts; --",
    '<script>alert(1)</script>',
    '#{7*7}',
    '#set($x = 7)',
    '$OrganizationName',
  ],
  ...[
    '\u202e',
    '💥',
    '\ud800',
    'é',
    'İ',
    'a'.repeat(300),
    '0',
    '-1',
    '1e9',
    '9'.repeat(40),
    '2026-13-45',
    'true',
  ],
  ...['*', '"1"', '"0"', 'W/"1"', '"', 'eyJhZnRlciI6MX0', 'bnVsbA', 'W10', 'eyJpZCI6eyJhIjoxfX0'],
];
const word = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...WORDS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
);

const REAL = [
  'ann',
  'bob',
  'partners',
  'orders',
  'gold',
  'sub',
  'accountBlocked',
  'inviteUserNotificationMessage',
];
/** As often as not something that is there. */
const id = fc.oneof(fc.constantFrom(...REAL), word);

const FILTER_PARTS = [
  ...[
    '(',
    ')',
    'and',
    'or',
    'not',
    'eq',
    'ne',
    'ge',
    'lt',
    ',',
    "'x'",
    "''",
    "'",
    '5',
    'null',
    'contains',
    'startswith(',
  ],
  ...[
    'name',
    'state',
    'email',
    'properties/email',
    'ownerId',
    'scope',
    'registrationDate',
    'datetime',
    '2026-01-01',
  ],
];
const filter = fc.oneof(
  word,
  fc.array(fc.constantFrom(...FILTER_PARTS), { maxLength: 30 }).map((parts) => parts.join(' ')),
  fc.constantFrom('('.repeat(900), `${'not '.repeat(400)}name eq 'x'`, `name eq '${"'".repeat(1_500)}'`),
);
const QUERY_NAMES = [
  ...[
    '$top',
    '$skip',
    '$skiptoken',
    'notify',
    'deleteSubscriptions',
    'expandGroups',
    'appType',
    'api-version',
  ],
  ...['$TOP', 'expandApis', 'isConfirmed', '__proto__', '$orderby'],
];
const query = fc.array(
  fc.oneof(
    fc.tuple(fc.constant('$filter'), filter),
    fc.tuple(fc.constantFrom(...QUERY_NAMES), word),
    fc.tuple(word, word),
  ),
  { maxLength: 4 },
);

const PROPERTIES = [
  ...[
    'email',
    'firstName',
    'lastName',
    'note',
    'password',
    'state',
    'identities',
    'confirmation',
    'appType',
    'groups',
  ],
  ...[
    'displayName',
    'description',
    'type',
    'externalId',
    'builtIn',
    'scope',
    'ownerId',
    'primaryKey',
    'secondaryKey',
  ],
  ...[
    'expirationDate',
    'stateComment',
    'allowTracing',
    'path',
    'format',
    'value',
    'subscriptionRequired',
    'terms',
  ],
  ...[
    'approvalRequired',
    'subscriptionsLimit',
    'subject',
    'body',
    'parameters',
    '__proto__',
    'constructor',
    'toString',
  ],
];
const VALUES = [
  ...[
    '<p>$DevFirstName</p>',
    '<p><a href="$ConfirmUrl">x</a></p>',
    '<p>&x;</p>',
    '<p',
    '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>&x;</p>',
    '<p>\n#if ($a)\n</p>',
    '<script/>',
    `${'<div>'.repeat(2_000)}${'</div>'.repeat(2_000)}`,
    `<p>${'&amp;'.repeat(5_000)}</p>`,
  ],
  ...[
    'x@example.com',
    'active',
    'blocked',
    'deleted',
    'pending',
    'submitted',
    'suspended',
    'custom',
    'external',
  ],
  ...[
    '/apis',
    '/products/gold',
    '/apis/orders',
    '/users/bob',
    'invite',
    'portal',
    'published',
    '9999-12-31T23:59:59Z',
  ],
];
const value = fc.oneof(word, fc.constantFrom(...VALUES), fc.jsonValue({ maxDepth: 3 }));
const properties = fc
  .array(fc.tuple(fc.constantFrom(...PROPERTIES), value), { maxLength: 6 })
  .map(
    (pairs) => `{${pairs.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`).join(',')}}`,
  );
const BODIES = [
  ...[
    '{',
    '[]',
    'null',
    '"',
    '{"properties":',
    '{"properties":[1]}',
    '{"__proto__":{"properties":{}}}',
    '\0',
    '\ufeff{}',
  ],
  ...['['.repeat(5_000), `{"properties":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}}`],
];
const body = fc.oneof(
  { weight: 6, arbitrary: properties.map((all) => `{"properties":${all}}`) },
  { weight: 1, arbitrary: fc.jsonValue().map((one) => JSON.stringify(one)) },
  { weight: 1, arbitrary: fc.constantFrom(...BODIES) },
  { weight: 1, arbitrary: fc.constant(null) },
);

const encoded = (text: string) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'));
/** As it is, where a client can send it so at all. */
const raw = (text: string) => text.replace(/[^\x21-\x7e]/g, '').replaceAll('#', '');
const path = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(...ROUTES), fc.array(id, { minLength: 3, maxLength: 3 }), fc.boolean())
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
  { weight: 1, arbitrary: word.map((text) => `/subscriptions${raw(text)}`) },
);

const headerText = word.map((text) => text.replace(/[^\x20-\x7e]/g, ''));
const TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'text/plain',
  'application/x-www-form-urlencoded',
];
const HEADERS = [
  ...[
    'if-match',
    'if-none-match',
    'x-ms-client-request-id',
    'x-http-method-override',
    'accept',
    'accept-encoding',
  ],
  ...['origin', 'cookie', 'range', 'prefer', 'x-forwarded-host', 'content-encoding', 'x-original-url'],
];
const headers = fc
  .tuple(
    fc.constantFrom(...TYPES, 'application/json', 'application/json'),
    fc.option(fc.constantFrom('*', '"1"', '"2"')),
    fc.array(fc.tuple(fc.constantFrom(...HEADERS), headerText), { maxLength: 3 }),
  )
  .map(([type, ifMatch, more]) => ({
    'content-type': type,
    ...(ifMatch ? { 'if-match': ifMatch } : {}),
    ...Object.fromEntries(more),
  }));
const by = fc.oneof(
  { weight: 7, arbitrary: fc.constant('admin' as const) },
  { weight: 2, arbitrary: fc.constant('reader' as const) },
  { weight: 1, arbitrary: fc.constant('none' as const) },
);
const METHODS = ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'];
const anything = fc
  .record({ method: fc.constantFrom(...METHODS), path, query, headers, body, by, bearer: headerText })
  .map(({ query: asked, bearer, ...rest }) => ({
    ...rest,
    path: `${rest.path}${rest.path.includes('?') ? '&' : '?'}${searchOf(asked)}`,
    headers: {
      ...rest.headers,
      ...(rest.by === 'none' && bearer ? { authorization: `Bearer ${bearer.trim()}` } : {}),
    },
  }));

function searchOf(asked: [string, string][]): string {
  const version = asked.some(([name]) => name === 'api-version') ? [] : [['api-version', '2024-05-01']];
  return [...asked, ...version].map((pair) => pair.map((text) => encoded(text ?? '')).join('=')).join('&');
}

const SOUND = ['users', 'groups', 'products', 'apis', 'subscriptions', 'templates'] as const;

/** Such that something comes of it, which the others then find: made, changed, and asked to be deleted. */
const sound = fc
  .record({
    kind: fc.constantFrom(...SOUND),
    n: fc.nat(),
    at: fc.oneof(fc.nat().map(String), fc.constantFrom(...REAL)),
    method: fc.constantFrom('PUT', 'PUT', 'PATCH', 'DELETE'),
    state: fc.constantFrom(undefined, 'active', 'blocked', 'pending', 'suspended', 'rejected'),
    by,
  })
  .map(({ kind, n, at, method, state, by: whom }) => ({
    method,
    path: `${BASE}/${kind}/${at}?api-version=2024-05-01&deleteSubscriptions=true`,
    headers: { 'content-type': 'application/json', ...(method === 'PUT' ? {} : { 'if-match': '*' }) },
    body: JSON.stringify({ properties: method === 'PUT' ? soundProperties(kind, n) : { state } }),
    by: whom,
  }));

function soundProperties(kind: (typeof SOUND)[number], n: number): Record<string, unknown> {
  const displayName = `H ${n}`;
  switch (kind) {
    case 'users':
      return { email: `h${n}@example.com`, firstName: 'A', lastName: 'B' };
    case 'groups':
    case 'products':
      return { displayName };
    case 'apis':
      return { displayName, path: `h${n}` };
    case 'subscriptions':
      return { displayName, scope: '/apis', ownerId: '/users/bob' };
    case 'templates':
      return { subject: displayName, body: `<p>$DevFirstName <a href="$DevPortalUrl">${n}</a></p>` };
  }
}

export const hostileRequest: fc.Arbitrary<Hostile> = fc.oneof(
  { weight: 9, arbitrary: anything },
  { weight: 1, arbitrary: sound },
);
