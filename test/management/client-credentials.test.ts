// Access tokens by client credentials, as az, Terraform and the SDKs ask for them.
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { BASE, startTestManagement, type TestManagement } from '../support/management.ts';

const TENANT = '5a1b0f3e-6a0c-4b0e-9a52-0c7a4d6f2b11';
const HOUR_MS = 3_600_000;

const t = forAllTests(() =>
  startTestManagement(
    { MANAGEMENT_CLIENT_CREDENTIALS: 'on', TRUSTED_PROXIES: '127.0.0.1' },
    () => new Date(Date.now() + later),
  ),
);
let later = 0;
afterEach(async () => {
  later = 0;
  await t.sql`delete from rate_limits`;
});

/** A token as `npm run token` makes it, with its id. */
async function client(...terms: Parameters<TestManagement['token']>) {
  const secret = await t.token(...terms);
  const [row] = await t.sql`select id from tokens order by created_at desc, id desc limit 1`;
  return { id: String(row?.id), secret };
}
const form = (fields: Record<string, string>, path = `/${TENANT}/oauth2/v2.0/token`, headers = {}) =>
  t.send(path, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    token: null,
  });
const credentials = ({ id, secret }: { id: string; secret: string }) => ({
  grant_type: 'client_credentials',
  client_id: id,
  client_secret: secret,
});
const accessTokenOf = async (of: { id: string; secret: string }) =>
  String((await form(credentials(of))).body.access_token);
const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
const statusWith = async (token: string) => (await t.ask('users?$top=1', { token })).status;

describe('client credentials', () => {
  it('give a token of an hour with what Azure’s clients read in it, and one row in the audit', async () => {
    const ci = await client('reader');
    const { status, body, headers } = await form({
      ...credentials(ci),
      scope: 'https://elsewhere.example/.default',
      client_info: '1',
    });
    expect([status, headers['cache-control'], headers.pragma]).toEqual([200, 'no-store', 'no-cache']);
    expect(body).toEqual({
      token_type: 'Bearer',
      expires_in: 3_600,
      ext_expires_in: 3_600,
      access_token: expect.any(String),
    });
    const claims = claimsOf(body.access_token);
    expect(claims).toMatchObject({
      oid: ci.id,
      appid: ci.id,
      sub: ci.id,
      tid: TENANT,
      aud: t.url,
      iss: t.url,
    });
    expect(claims.exp - claims.iat).toBe(3_600);
    expect(await statusWith(body.access_token)).toBe(200);
    const rows = await t.sql`
      select operation, actor_name, after from audit join audit_details on audit_id = id
      where target_id = ${ci.id} order by at, id`;
    expect(rows).toMatchObject([
      { operation: 'tokens/create' },
      {
        operation: 'tokens/exchange',
        actor_name: expect.stringContaining('ci reader'),
        after: { address: '127.0.0.1' },
      },
    ]);
    expect(JSON.stringify(rows)).not.toContain(ci.secret);
  });

  it('are read from the header too, and at every form of the address', async () => {
    const ci = await client('reader');
    const basic = Buffer.from(`${ci.id}:${ci.secret}`).toString('base64');
    const byHeader = { authorization: `Basic ${basic}` };
    const asked = { grant_type: 'client_credentials' };
    expect((await form(asked, '/adfs/oauth2/token', byHeader)).status).toBe(200);
    expect((await form(credentials(ci), '/contoso.example/oauth2/token')).status).toBe(200);
    const twice = await form(credentials(ci), '/adfs/oauth2/token', byHeader);
    expect([twice.status, twice.body.error]).toEqual([400, 'invalid_request']);
  });

  it('carry no right: what the token may do is looked up at each call', async () => {
    const ci = await client('approver', { userId: t.slack.ids.approver });
    const token = await accessTokenOf(ci);
    expect(await statusWith(token)).toBe(200);
    await t.sql`update operators set role = null where slack_user_id = ${t.slack.ids.approver}`;
    expect(await statusWith(token)).toBe(403);
    const refused = await form(credentials(ci));
    expect([refused.status, refused.body.error]).toEqual([400, 'unauthorized_client']);
    await t.sql`update operators set role = 'approver' where slack_user_id = ${t.slack.ids.approver}`;
    expect(await statusWith(token)).toBe(200);
    await t.sql`update tokens set revoked_at = now() where id = ${ci.id}`;
    expect(await statusWith(token)).toBe(401);
    expect((await form(credentials(ci))).body.error).toBe('invalid_client');
  });

  it('are nothing to a server that is started without them', async () => {
    const token = await accessTokenOf(await client('reader'));
    const off = await startTestApp({ MANAGEMENT_CLIENT_CREDENTIALS: 'off' }, { beside: t.slack });
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${off.url}${BASE}/users?api-version=2022-08-01`, { headers });
    await off.close();
    expect([await statusWith(token), answer.status]).toEqual([200, 401]);
  });

  it('give no token that outlives its hour or the token it was made for', async () => {
    const ci = await client('reader', { days: 1 });
    const token = await accessTokenOf(ci);
    later = HOUR_MS + 1_000;
    expect(await statusWith(token)).toBe(401);
    later = 23.5 * HOUR_MS;
    const { body } = await form(credentials(ci));
    expect(body.expires_in).toBeLessThan(1_801);
    expect(await statusWith(body.access_token)).toBe(200);
  });

  it('an access token that was changed, or that others signed, counts as none', async () => {
    const ci = await client('reader');
    const [head = '', body = '', signature = ''] = (await accessTokenOf(ci)).split('.');
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const sign = (text: string, key: string) => createHmac('sha256', key).update(text).digest('base64url');
    const other = part({ ...claimsOf(`.${body}`), sub: '00000000-0000-7000-8000-000000000000' });
    const longer = part({ ...claimsOf(`.${body}`), exp: 9_999_999_999 });
    const forged = [
      `${head}.${other}.${signature}`,
      `${head}.${longer}.${signature}`,
      `${part({ alg: 'none', typ: 'JWT' })}.${body}.`,
      `${part({ alg: 'HS256', typ: 'JWT' })}.${body}.${signature}`,
      `${head}.${body}.${sign(`${head}.${body}`, ci.secret)}`,
      `${head}.${body}.${sign(`${head}.${body}`, '')}`,
    ];
    for (const token of forged) expect(await statusWith(token), token).toBe(401);
  });

  it.each([
    [{}, 400, 'invalid_request'],
    [{ grant_type: 'password', username: 'a', password: 'b' }, 400, 'unsupported_grant_type'],
    [{ grant_type: 'refresh_token' }, 400, 'unsupported_grant_type'],
    [{ grant_type: 'client_credentials', client_id: 'x' }, 401, 'invalid_client'],
    [{ grant_type: 'client_credentials', client_id: 'x', client_assertion: 'y' }, 400, 'invalid_request'],
  ])('%j get %d %s and a sentence', async (fields, status, error) => {
    const answer = await form(fields as Record<string, string>);
    expect([answer.status, answer.body.error]).toEqual([status, error]);
    expect(answer.body.error_description).toMatch(/^[A-Z].{15,}\.$/);
  });

  it('in another form than a form are refused, and random ones are no fault', async () => {
    const json = await form({}, undefined, { 'content-type': 'application/json' });
    expect([json.status, json.body.error]).toEqual([415, 'invalid_request']);
    const large = await form({ grant_type: 'x'.repeat(20_000) });
    expect([large.status, large.body.error, large.headers.pragma]).toEqual([
      413,
      'invalid_request',
      'no-cache',
    ]);
    const repeated = await t.send(`/${TENANT}/oauth2/v2.0/token`, {
      method: 'POST',
      body: 'grant_type=client_credentials&grant_type=client_credentials',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      token: null,
    });
    expect([repeated.status, repeated.body.error]).toEqual([400, 'invalid_request']);
    expect((await form(credentials({ id: 'x', secret: 'y'.repeat(9_000) }))).status).toBe(401);
    const names = ['grant_type', 'client_id', 'client_secret', 'scope', 'client_assertion', '__proto__'];
    const pair = fc.tuple(
      fc.constantFrom(...names),
      fc.oneof(fc.constant('client_credentials'), fc.string({ unit: 'binary', maxLength: 40 })),
    );
    const asked = fc.record({
      pairs: fc.array(pair, { maxLength: 6 }),
      basic: fc.option(fc.base64String({ maxLength: 60 })),
    });
    for (const { pairs, basic } of fc.sample(asked, 40)) {
      const text = pairs
        .map(([name, value]) => `${name}=${encodeURIComponent(value.replace(/\p{Surrogate}/gu, '?'))}`)
        .join('&');
      const { status } = await t.send('/adfs/oauth2/token', {
        method: 'POST',
        body: text,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          ...(basic ? { authorization: `Basic ${basic}` } : {}),
        },
        token: null,
      });
      expect(status, `${text} ${basic}`).toBeLessThan(500);
    }
  });
});

const signsIn = `
  const { ClientSecretCredential } = require('@azure/identity');
  const [, tenant, id, secret, url] = process.argv;
  new ClientSecretCredential(tenant, id, secret, { authorityHost: url, disableInstanceDiscovery: true, retryOptions: { maxRetries: 0 } })
    .getToken(url + '/.default')
    .then(({ token }) => console.log(token), (error) => { console.log(error.message); process.exit(1); });`;

it('the credential of Azure’s SDK for JavaScript signs in with the id and the secret', async () => {
  const ci = await client('reader');
  const run = (secret: string) =>
    promisify(execFile)('node', ['-e', signsIn, TENANT, ci.id, secret, t.url], {
      env: { ...process.env, NODE_EXTRA_CA_CERTS: t.certificate.certFile },
    });
  const { stdout } = await run(ci.secret);
  expect(await statusWith(stdout.trim())).toBe(200);
  await expect(run('wrong')).rejects.toMatchObject({
    stdout: expect.stringContaining('client id or secret'),
  });
});

describe('what clients discover', () => {
  const get = async (path: string) => (await t.send(path, { token: null })).body;

  it.each([
    [`/${TENANT}/v2.0`, `/${TENANT}/oauth2/v2.0/token`],
    ['/adfs', '/adfs/oauth2/token'],
    ['/adfs/contoso.example', '/00000000-0000-0000-0000-000000000000/oauth2/v2.0/token'],
  ])('%s names where tokens are', async (path, token) => {
    const found = await get(`${path}/.well-known/openid-configuration`);
    expect(found).toMatchObject({ token_endpoint: `${t.url}${token}` });
    expect(found.issuer.startsWith(t.url)).toBe(true);
    expect((await get(new URL(found.jwks_uri).pathname)).keys).toEqual([]);
  });

  it('is the cloud, as one object or as a list, without a token', async () => {
    const cloud = (version: string) => get(`/Metadata/endpoints?api-version=${version}`);
    expect((await cloud('2015-01-01')).authentication).toEqual({
      loginEndpoint: `${t.url}/adfs`,
      audiences: [t.url],
    });
    for (const version of ['2018-01-01', '2019-05-01', '2020-06-01'])
      expect((await cloud(version))[0]).toMatchObject({ name: 'apim-user', resourceManager: t.url });
    expect(await cloud('2022-09-01')).toMatchObject({
      name: 'apim-user',
      resourceManager: t.url,
      microsoftGraphResourceId: t.url,
      authentication: { loginEndpoint: t.url, tenant: 'common', identityProvider: 'AAD', audiences: [t.url] },
      suffixes: { storage: expect.any(String), keyVaultDns: expect.any(String) },
    });
    expect((await get('/metadata/endpoints')).error.code).toBe('MissingApiVersionParameter');
    expect((await t.send('/metadata/identity', { token: null })).status).toBe(404);
    expect((await get('/common/discovery/instance')).metadata[0].aliases).toEqual([new URL(t.url).host]);
  });
});

// Last, because a process refuses who is over a limit from its memory.
describe('client credentials in great number', () => {
  it('T83: that are wrong are counted by address and by client, and never refuse right ones', async () => {
    const ci = await client('reader');
    const wrong = await form(credentials({ ...ci, secret: `apimtok_${'0'.repeat(49)}` }));
    expect([wrong.status, wrong.body.error, wrong.headers['retry-after']]).toEqual([
      401,
      'invalid_client',
      undefined,
    ]);
    const other = await client('reader');
    expect((await form(credentials({ id: other.id, secret: ci.secret }))).status).toBe(401);
    const seen = new Set<number>();
    for (let tries = 0; tries < 25; tries++)
      seen.add((await form(credentials({ ...ci, secret: 'x' }))).status);
    expect(seen).toEqual(new Set([401, 429]));
    const late = await form(credentials({ ...ci, secret: 'x' }));
    expect([late.status, late.body.error]).toEqual([429, 'temporarily_unavailable']);
    expect(Number(late.headers['retry-after'])).toBeGreaterThan(0);
    expect((await form(credentials(ci))).status).toBe(200);
    // Each from another address: those for one client are counted together.
    const guessed = await client('reader');
    const from = (address: string, secret: string) =>
      form(credentials({ ...guessed, secret }), '/adfs/oauth2/token', { 'x-forwarded-for': address });
    const statuses = [];
    for (let tries = 1; tries <= 21; tries++) statuses.push((await from(`10.0.0.${tries}`, 'x')).status);
    expect([new Set(statuses.slice(0, 20)), statuses[20]]).toEqual([new Set([401]), 429]);
    expect((await from('10.0.0.99', guessed.secret)).status).toBe(200);
  });

  it('that are right give at most sixty tokens a minute', async () => {
    const ci = await client('reader');
    const answers = [];
    for (let tries = 0; tries < 61; tries++) answers.push((await form(credentials(ci))).status);
    expect([answers.filter((status) => status === 200).length, answers.at(-1)]).toEqual([60, 429]);
  });
});
