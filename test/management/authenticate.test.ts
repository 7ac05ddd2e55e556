// What every operation of the management API has in common: tokens, limits, and the form of answers.
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { BASE, GROUP, SERVICE, startTestManagement } from '../support/management.ts';

const t = forAllTests(startTestManagement);

const USER = { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' };
const VERSION = 'api-version=2024-05-01';

describe('a token of ours', () => {
  it('is needed, and a malformed, revoked or expired one counts as none', async () => {
    const wrong = ['', 'x', 'apimtok_x', `apimtok_${'0'.repeat(49)}`];
    for (const token of [null, ...wrong]) {
      const { status, body, headers } = await t.ask('users', { token });
      expect([status, body.error.code]).toEqual([401, 'AuthenticationFailed']);
      expect(headers['www-authenticate']).toBe('Bearer');
    }
    const revoked = await t.token('reader');
    expect((await t.ask('users', { token: revoked })).status).toBe(200);
    await t.sql`update tokens set revoked_at = now() where name = 'ci reader'`;
    expect((await t.ask('users', { token: revoked })).status).toBe(401);
    const ended = await t.token('reader', { days: 1 });
    await t.sql`update tokens set expires_at = now() where name = 'ci reader' and revoked_at is null`;
    expect((await t.ask('users', { token: ended })).status).toBe(401);
  });

  it('of a reader can’t write, and one of an approver can block but not add', async () => {
    const reader = await t.token('reader');
    const approver = await t.token('approver', { userId: t.slack.ids.approver });
    const put = (token: string, id: string) =>
      t.ask(`users/${id}`, {
        method: 'PUT',
        body: { properties: { ...USER, email: `${id}@example.com` } },
        token,
      });
    for (const [role, token] of Object.entries({ reader, approver })) {
      const { status, body } = await put(token, 'not-made');
      expect([status, body.error]).toMatchObject([
        403,
        {
          code: 'AuthorizationFailed',
          message: `This token isn't allowed to do this: it needs the role admin, and has the role ${role}.`,
        },
      ]);
    }
    await t.client().user.createOrUpdate(GROUP, SERVICE, 'made', { ...USER, email: 'made@example.com' });
    const block = {
      method: 'PATCH',
      body: { properties: { state: 'blocked' } },
      headers: { 'if-match': '*' },
    };
    expect((await t.ask('users/made', { ...block, token: reader })).status).toBe(403);
    expect((await t.ask('users/made', { ...block, token: approver })).body.properties.state).toBe('blocked');
    const [{ rows } = { rows: 0 }] =
      await t.sql`select count(*)::int as rows from accounts where id = 'not-made'`;
    expect(rows).toBe(0);
  });

  it('loses the rights that its owner loses', async () => {
    const token = await t.token('approver', { userId: t.slack.ids.approver });
    expect((await t.ask('users', { token })).status).toBe(200);
    await t.sql`update operators set role = null where slack_user_id = ${t.slack.ids.approver}`;
    expect((await t.ask('users', { token })).status).toBe(403);
    await t.sql`update operators set role = 'approver' where slack_user_id = ${t.slack.ids.approver}`;
  });

  it('T83: works while wrong ones from its address are told to wait', async () => {
    const guess = () => t.ask('users', { token: 'apimtok_guess' });
    const answers = [];
    for (let tries = 0; tries < 25; tries++) answers.push((await guess()).status);
    expect(new Set(answers)).toEqual(new Set([401, 429]));
    const refused = await guess();
    expect([refused.status, refused.body.error.code]).toEqual([429, 'TooManyRequests']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await t.ask('users')).status).toBe(200);
    expect((await t.ask('users', { token: null })).status).toBe(401);
  });
});

describe('every answer', () => {
  it('has our request id and the client’s, and the audit keeps both', async () => {
    const asked = await t.ask('users/nobody', {
      method: 'PATCH',
      body: { properties: { note: 'x' } },
      headers: { 'x-ms-client-request-id': 'my-request.1', 'if-match': '*' },
    });
    expect(asked.status).toBe(404);
    expect(asked.headers['x-ms-client-request-id']).toBe('my-request.1');
    const id = String(asked.headers['x-ms-request-id']);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const [row] = await t.sql`select code, actor_kind from audit where request_id = ${`${id}/my-request.1`}`;
    expect(row).toEqual({ code: 'account_not_found', actor_kind: 'token' });
    const hostile = await t.ask('users', { headers: { 'x-ms-client-request-id': '<script>' } });
    expect(hostile.headers['x-ms-client-request-id']).toBeUndefined();
  });

  it('has the number of requests that are left, for reads and for writes', async () => {
    const token = await t.token('admin');
    const [one, two] = [await t.ask('users', { token }), await t.ask('users', { token })];
    const left = (answer: typeof one) =>
      Number(answer.headers['x-ms-ratelimit-remaining-subscription-reads']);
    expect(left(one) - left(two)).toBe(1);
    const write = await t.ask('users/x', { method: 'PUT', body: {}, token });
    expect(Number(write.headers['x-ms-ratelimit-remaining-subscription-writes'])).toBe(1_199);
  });

  it.each([
    ['without a version', `${BASE}/users`, {}, 400, 'MissingApiVersionParameter'],
    ['of an unknown version', `${BASE}/users?api-version=yesterday`, {}, 400, 'InvalidApiVersionParameter'],
    [
      'of another service',
      `${BASE.replace('/default', '/other')}/users?${VERSION}`,
      {},
      404,
      'ResourceNotFound',
    ],
    ['of an unknown collection', `${BASE}/inventions?${VERSION}`, {}, 404, 'ResourceNotFound'],
    [
      'of an unknown method',
      `${BASE}/users?${VERSION}`,
      { method: 'POST', body: {} },
      405,
      'MethodNotAllowed',
    ],
    ['with a name twice', `${BASE}/users?${VERSION}&$top=1&$TOP=2`, {}, 400, 'ValidationError'],
    [
      'with a body that is not JSON',
      `${BASE}/users/x?${VERSION}`,
      { method: 'PUT', body: '{' },
      400,
      'InvalidRequestContent',
    ],
    [
      'with a body that is a list',
      `${BASE}/users/x?${VERSION}`,
      { method: 'PUT', body: [] },
      400,
      'InvalidRequestContent',
    ],
    [
      'of another content type',
      `${BASE}/users/x?${VERSION}`,
      { method: 'PUT', body: 'a=b', headers: { 'content-type': 'text/plain' } },
      415,
      'UnsupportedMediaType',
    ],
    [
      'of more than 256 KB',
      `${BASE}/users/x?${VERSION}`,
      { method: 'PUT', body: { properties: { note: 'x'.repeat(300_000) } } },
      413,
      'RequestEntityTooLarge',
    ],
    ['with a long URL', `${BASE}/users?${VERSION}&x=${'x'.repeat(9_000)}`, {}, 414, 'UriTooLong'],
    ['without properties', `${BASE}/users/x?${VERSION}`, { method: 'PUT', body: {} }, 400, 'ValidationError'],
  ])('to a request %s is an error in Azure’s form', async (_what, path, asked, status, code) => {
    const answer = await t.send(path, asked);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(Object.keys(answer.body.error)).toEqual(['code', 'message', 'details']);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers['x-ms-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('accepts the fixed words of a path in any case', async () => {
    const path = BASE.replace('/subscriptions', '/Subscriptions')
      .replace('resourceGroups', 'resourcegroups')
      .replace('Microsoft.ApiManagement', 'microsoft.apimanagement');
    expect((await t.send(`${path}/Users?API-Version=2024-05-01`)).status).toBe(200);
  });
});

describe('a list of users', () => {
  beforeAll(async () => {
    for (let index = 0; index < 25; index++)
      await t.client().user.createOrUpdate(GROUP, SERVICE, `page-${index}`, {
        email: `page-${index}@example.com`,
        firstName: index % 2 ? "Odd O'Neil" : 'Even',
        lastName: 'Page',
        ...(index % 5 ? {} : { state: 'blocked', note: '100%_sure' }),
      });
  });

  it('comes in pages of $top, each user once, to the end', async () => {
    const names: string[] = [];
    const sizes: number[] = [];
    for await (const page of t
      .client()
      .user.listByService(GROUP, SERVICE, { top: 10, filter: "lastName eq 'Page'" })
      .byPage()) {
      sizes.push(page.length);
      names.push(...page.map(({ name }) => name ?? ''));
    }
    expect(sizes).toEqual([10, 10, 5]);
    expect(new Set(names).size).toBe(25);
    expect(names[0]).toBe('page-24');
    const { body } = await t.ask(
      `users?$top=10&$skip=20&$filter=${encodeURIComponent("lastName eq 'Page'")}`,
    );
    expect([body.value.length, body.count, body.nextLink]).toEqual([5, 25, '']);
  });

  it.each([
    ["startswith(firstName, 'odd')", 12],
    ["properties/firstName eq 'Odd O''Neil' and lastName eq 'Page'", 12],
    ["lastName eq 'Page' and state eq 'blocked'", 5],
    ["lastName eq 'Page' and not (properties/state eq 'blocked')", 20],
    ["lastName eq 'Page' and (email eq 'PAGE-3@example.com' or name eq 'page-4')", 2],
    ["contains(note, '%_s')", 5],
    ["contains(note, '%s')", 0],
    ["substringof('age-2', email)", 6],
    ["endswith(email, '7@example.com')", 2],
    ["lastName eq 'Page' and registrationDate ge 2020-01-01T00:00:00Z", 25],
    ["lastName eq 'Page' and registrationDate lt datetime'2020-01-01'", 0],
    ["lastName eq 'Page''; drop table accounts; --'", 0],
    ["name ge 'page-8' and name le 'page-9'", 2],
  ])('with the filter %s has %d', async (filter, expected) => {
    const { body } = await t.ask(`users?$filter=${encodeURIComponent(filter)}`);
    expect([body.count, body.value.length]).toEqual([expected, expected]);
  });

  it.each([
    ['$filter=password eq 1', '$filter'],
    ['$top=0', '$top'],
    ['$top=x', '$top'],
    ['$skip=-1', '$skip'],
    ['$skip=10001', '$skip'],
    ['$skiptoken=%00', '$skiptoken'],
    ['expandGroups=perhaps', 'expandGroups'],
  ])('refuses %s and names the parameter', async (query, target) => {
    const { status, body } = await t.ask(`users?${query.replaceAll(' ', '%20')}`);
    expect([status, body.error.details[0].target]).toEqual([400, target]);
  });

  it('has the number of all users when there is no filter', async () => {
    const [row] = await t.sql`select count(*)::int as rows from accounts where state <> 'deleted'`;
    // The built-in administrator has no account.
    expect((await t.ask('users?$top=1')).body.count).toBe(row?.rows + 1);
  });
});

it('the server uses a renewed certificate without a restart, and ignores a broken one', async () => {
  const seen = () =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(
        {
          port: Number(new URL(t.url).port),
          host: '127.0.0.1',
          rejectUnauthorized: false,
          servername: 'localhost',
        },
        () => {
          resolve(socket.getPeerCertificate().fingerprint256);
          socket.destroy();
        },
      );
      socket.on('error', reject);
    });
  const before = await seen();
  const { certFile, keyFile } = t.certificate;
  const former = [await readFile(certFile), await readFile(keyFile)] as const;
  await writeFile(certFile, 'no certificate');
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect(await seen()).toBe(before);
  await t.certificate.renew();
  await eventually('the new certificate', async () => (await seen()) !== before, 20_000);
  await writeFile(certFile, former[0]);
  await writeFile(keyFile, former[1]);
  await eventually('the former certificate', async () => (await seen()) === before, 20_000);
}, 60_000);
