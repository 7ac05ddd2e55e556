// Tokens of an OIDC issuer: which are accepted, what they may do, and who may approve their requests.
import { createHmac } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { forAllTests } from '../support/for-all-tests.ts';
import { AUDIENCE, startTestIssuer } from '../support/issuer.ts';
import { startTestManagement } from '../support/management.ts';

const SLOW_MS = 60_000;
const ADMIN = { roles: ['Other', 'ApimAdmin'] };

const issuer = forAllTests(startTestIssuer);
const t = forAllTests(() =>
  startTestManagement(
    {
      MANAGEMENT_OIDC_ISSUER: issuer.url,
      MANAGEMENT_OIDC_AUDIENCE: `other, ${AUDIENCE}`,
      MANAGEMENT_OIDC_ROLES:
        'roles:ApimAdmin=admin, roles:ApimApprover=approver, roles:ApimReader=reader, roles:ApimSecrets=list-secrets, scp:apim.read=reader, https://example.com/team:pilots=sso',
      SECOND_OPERATOR_FOR: 'accounts/delete',
    },
    () => new Date(Date.now() + later),
  ),
);
let later = 0;
let hours = 0;
let ahead = 0;
afterEach(async () => {
  later = 0;
  issuer.setTrouble(null);
  await forgetWrongTokens();
});

/** One client may show twenty wrong tokens a minute; these tests show more. */
const forgetWrongTokens = () => t.sql`delete from rate_limits where key like 'wrongTokens%'`;
const statusOf = async (token: string) => (await t.ask('users?$top=1', { token })).status;
const put = (token: string, id: string, firstName = 'Ann') =>
  t.ask(`users/${id}`, {
    method: 'PUT',
    body: { properties: { email: `${id}@example.com`, firstName, lastName: 'Lee' } },
    token,
  });
const seconds = () => Math.floor(Date.now() / 1_000);
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a token of the issuer', () => {
  it('may do what its role allows, and has its own name in the audit', async () => {
    const token = await issuer.token({ ...ADMIN, name: 'Deploy\n\u202epipeline' });
    const made = await put(token, 'made-by-issuer');
    expect(made.status).toBe(201);
    expect(Number(made.headers['x-ms-ratelimit-remaining-subscription-writes'])).toBe(1_199);
    const [row] = await t.sql`select actor_kind, actor_id, actor_name, operation from audit
      where target_id = 'made-by-issuer' and outcome = 'done'`;
    expect(row).toEqual({
      actor_kind: 'oidc',
      actor_id: 'oidc:pipeline',
      actor_name: `Deploy pipeline (from ${new URL(issuer.url).host})`,
      operation: 'accounts/add',
    });
    await t.slack.as('admin').types('/apim-user history made-by-issuer@example.com');
    await t.slack.as('admin').sees(/Deploy pipeline \(from /);
  });

  it.each([
    ['a reader', { roles: ['ApimReader'] }, 200, 403],
    ['a reader by scope', { scp: 'other apim.read' }, 200, 403],
    ['an approver', { roles: 'ApimApprover' }, 200, 403],
    ['an admin as the greatest of several roles', { roles: ['ApimReader', 'ApimAdmin'] }, 200, 201],
    ['no operator without a role', {}, 403, 403],
    ['no operator with another spelling of a role', { roles: ['apimadmin'] }, 403, 403],
    ['no operator with a text that only contains a role', { roles: 'ApimAdmin ApimReader' }, 403, 403],
    ['no operator with the role in another claim', { groups: ['ApimAdmin'], scp: 'ApimAdmin' }, 403, 403],
    ['no operator with an object as roles', { roles: { ApimAdmin: true, includes: 'ApimAdmin' } }, 403, 403],
    ['no operator with a grant alone', { roles: ['ApimSecrets'] }, 403, 403],
  ])('belongs to %s', async (_who, claims, reads, writes) => {
    const token = await issuer.token(claims);
    expect(await statusOf(token)).toBe(reads);
    const id = `by-${Math.random().toString(36).slice(2)}`;
    expect((await put(token, id)).status).toBe(writes);
    expect(await t.sql`select from accounts where id = ${id}`).toHaveLength(writes === 201 ? 1 : 0);
    if (reads !== 403) return;
    const [row] = await t.sql`select code, actor_kind from audit order by at desc, id desc limit 1`;
    expect(row).toEqual({ code: 'not_permitted', actor_kind: 'oidc' });
  });

  it('shows keys and makes sign-in links only with the grant, which a claim named by a URL may give', async () => {
    await put(await issuer.token(ADMIN), 'granted');
    const sso = async (claims: object) =>
      (
        await t.ask('users/granted/generateSsoUrl', {
          method: 'POST',
          token: await issuer.token({ ...claims }),
        })
      ).status;
    expect(await sso(ADMIN)).toBe(403);
    expect(await sso({ 'https://example.com/team': 'pilots' })).toBe(403);
    expect(await sso({ ...ADMIN, 'https://example.com/team': 'pilots' })).toBe(200);
    expect(await sso({ roles: ['ApimAdmin', 'ApimSecrets'] })).toBe(403);
  });

  it('may be signed by each algorithm that has a public and a private key, once the issuer has such a key', async () => {
    const first = issuer.publicKey().kid;
    const keys = await Promise.all(
      ['PS256', 'ES384', 'EdDSA'].map((alg) => issuer.newKey(`with-${alg}`, alg)),
    );
    for (const key of keys) issuer.add(key);
    await inHalfAMinute(async () => {
      for (const key of keys) expect(await statusOf(await issuer.token(ADMIN, { key })), key.alg).toBe(200);
    });
    issuer.dropAllBut(first);
  });
});

describe('a token is refused', () => {
  const refused = async (what: string, token: string) => {
    const { status, body, headers } = await t.ask('users', { token });
    expect([status, body.error.code], what).toEqual([401, 'AuthenticationFailed']);
    expect(headers['www-authenticate'], what).toMatch(/^Bearer/);
  };

  it.each<[string, () => Record<string, unknown>]>([
    ['of another issuer', () => ({ iss: 'https://login.example.com' })],
    ['of an issuer that begins alike', () => ({ iss: `${issuer.url}/` })],
    ['of no issuer', () => ({ iss: null })],
    ['for another audience', () => ({ aud: 'api://somebody-else' })],
    ['for no audience', () => ({ aud: null })],
    ['that has ended', () => ({ exp: seconds() - 120 })],
    ['that never ends', () => ({ exp: null })],
    ['that ends at a text', () => ({ exp: 'tomorrow' })],
    ['that is not valid yet', () => ({ nbf: seconds() + 120 })],
    ['of no subject', () => ({ sub: null })],
    ['of an empty subject', () => ({ sub: '' })],
    ['of a subject that is too long', () => ({ sub: 'x'.repeat(256) })],
    ['of a subject with a line break', () => ({ sub: 'a\nb' })],
  ])('when it is %s', async (what, claims) => {
    await refused(what, await issuer.token({ ...ADMIN, ...claims() }));
  });

  it('once it has expired, although this process accepted it before', async () => {
    const token = await issuer.token(ADMIN);
    expect(await statusOf(token)).toBe(200);
    later = 12 * 60_000;
    await refused('at its end', token);
  });

  it('when it is unsigned, or signed with the public key as a secret or with another key', async () => {
    const claims = { iss: issuer.url, aud: AUDIENCE, sub: 'x', exp: seconds() + 600, ...ADMIN };
    const kid = issuer.publicKey().kid;
    for (const alg of ['none', 'None', 'NONE', ''])
      for (const signature of ['', 'AAAA'])
        await refused(`alg ${alg}`, `${part({ alg, kid })}.${part(claims)}.${signature}`);
    for (const secret of ['', JSON.stringify(issuer.publicKey()), issuer.publicKey().n ?? '']) {
      const signed = `${part({ alg: 'HS256', kid })}.${part(claims)}`;
      const mac = createHmac('sha256', secret).update(signed).digest('base64url');
      await refused('HS256', `${signed}.${mac}`);
    }
    await forgetWrongTokens();
    const own = await issuer.newKey(kid);
    await refused('a key of one’s own', await issuer.token(ADMIN, { key: own }));
    await refused('with the key in it', await issuer.token(ADMIN, { key: own, header: { jwk: own.jwk } }));
    const elsewhere = { jku: 'http://127.0.0.1:1/keys', kid: 'elsewhere' };
    await refused('with an address of keys', await issuer.token(ADMIN, { key: own, header: elsewhere }));
    const critical = part({ alg: 'RS256', kid, crit: ['x'], x: 1 });
    await refused('with what must be understood', `${critical}.${part(claims)}.AAAA`);
  });

  it('when any single character is changed', async () => {
    const token = await issuer.token(ADMIN);
    for (let at = 3; at < token.length - 2; at += 41) {
      const other = token[at] === 'A' ? 'B' : 'A';
      await refused(`changed at ${at}`, `${token.slice(0, at)}${other}${token.slice(at + 1)}`);
      await forgetWrongTokens();
    }
  });
});

describe('the keys of the issuer', () => {
  it('are found after a rotation, and a withdrawn one is then refused', async () => {
    const former = await issuer.token(ADMIN);
    expect(await statusOf(former)).toBe(200);
    issuer.add(await issuer.newKey('second'));
    issuer.dropAllBut('second');
    await inHalfAMinute(async () => expect(await statusOf(await issuer.token(ADMIN))).toBe(200));
    expect(await statusOf(former)).toBe(401);
  });

  it('are fetched once in half a minute when tokens name unknown ones', async () => {
    await statusOf(await issuer.token(ADMIN));
    const before = issuer.asked.length;
    for (let index = 0; index < 15; index++)
      expect(await statusOf(await issuer.token(ADMIN, { kid: `unknown-${index}` }))).toBe(401);
    expect(issuer.asked.length - before).toBeLessThanOrEqual(1);
    expect(await statusOf(await issuer.token(ADMIN))).toBe(200);
  });
});

describe('while the issuer is away', () => {
  it.each(['error', 'nonsense', 'flood', 'silence'] as const)(
    'with %s its tokens get 503 with Retry-After, ours work, and no client is counted as guessing',
    async (trouble) => {
      // Each time so much later that the discovery document and the keys must be read again.
      hours += 2;
      const ours = await t.token('reader');
      const theirs = await issuer.token({ ...ADMIN, exp: seconds() + 100 * 3_600 });
      expect(await statusOf(theirs)).toBe(200);
      issuer.setTrouble(trouble);
      later = hours * 3_600_000;
      for (let index = 0; index < 25; index++) {
        const { status, body, headers } = await t.ask('users', { token: theirs });
        expect([status, body.error.code]).toEqual([503, 'ServiceUnavailable']);
        expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      }
      expect(await statusOf(ours)).toBe(200);
      issuer.setTrouble(null);
      later += 20_000;
      expect(await statusOf(theirs)).toBe(200);
    },
    SLOW_MS,
  );
});

describe('a change that needs a second operator', () => {
  const remove = (id: string, token: string) =>
    t.ask(`users/${id}`, { method: 'DELETE', headers: { 'if-match': '*' }, token });
  const pathOf = (url: unknown) => String(url).slice(t.url.length);

  it(
    'is not decided by the person whose email the token names, and another operator can decide it',
    async () => {
      const token = await issuer.token({ ...ADMIN, email: 'Amir@Playground.example' });
      await put(token, 'asked-by-amir', 'Bea');
      const asked = await remove('asked-by-amir', token);
      expect(asked.status).toBe(202);
      const [approver, admin] = [t.slack.as('approver'), t.slack.as('admin')];
      approver.goesTo('approvals');
      admin.goesTo('approvals');
      const card = await approver.message(/Delete Bea Lee\?/);
      expect(card.text()).toContain('pipeline (from ');
      await approver.clicks('Approve: Delete Bea Lee?');
      await approver.sees(/You made this request/);
      expect((await t.send(pathOf(asked.headers['azure-asyncoperation']), { token })).body.status).toBe(
        'InProgress',
      );
      await admin.clicks('Approve: Delete Bea Lee?');
      await vi.waitFor(
        async () =>
          expect((await t.send(pathOf(asked.headers['azure-asyncoperation']), { token })).body.status).toBe(
            'Succeeded',
          ),
        15_000,
      );
      const [row] = await t.sql`select actor_kind, actor_id from audit
        where target_id = 'asked-by-amir' and operation = 'accounts/delete' and outcome = 'done'`;
      expect(row).toEqual({ actor_kind: 'oidc', actor_id: 'oidc:pipeline' });
    },
    SLOW_MS,
  );

  it('can be followed by another subject that joins it', async () => {
    const token = await issuer.token(ADMIN);
    await put(token, 'asked-by-two');
    const asked = await remove('asked-by-two', token);
    const other = await issuer.token({ ...ADMIN, sub: 'another' });
    const joined = await remove('asked-by-two', other);
    expect([joined.status, joined.headers.location]).toEqual([202, asked.headers.location]);
    for (const [header, status] of [
      ['location', 202],
      ['azure-asyncoperation', 200],
    ] as const)
      expect((await t.send(pathOf(joined.headers[header]), { token: other })).status).toBe(status);
  });
});

/** Each time half a minute later than the last, so that the keys may be fetched again. */
async function inHalfAMinute(work: () => Promise<unknown>): Promise<void> {
  ahead += 31_000;
  const now = Date.now;
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + ahead);
  try {
    await work();
  } finally {
    clock.mockRestore();
  }
}
