import type { ApiManagementClient } from '@azure/arm-apimanagement';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { failureOf, GROUP, SERVICE, startTestManagement } from '../support/management.ts';

const PASSWORD = 'three quiet garden chairs';
const t = forAllTests(startTestManagement);
let client: ApiManagementClient;
beforeAll(async () => {
  client = t.client();
});

let count = 0;
const next = (what: string): string => {
  count += 1;
  return `${what}${count}`;
};
const person = { firstName: 'Ann', lastName: 'Lee' };
async function user(more: Record<string, unknown> = {}) {
  const id = next('ann-');
  const created = await client.user.createOrUpdate(GROUP, SERVICE, id, {
    email: `${id}@example.com`,
    ...person,
    ...more,
  });
  return { id, email: `${id}@example.com`, created };
}
const mailsTo = async (email: string) =>
  (await t.slack.inbox.mails()).filter((mail) => mail.to.some((to) => to.includes(email)));
const mailTo = (email: string) =>
  eventually(`a mail to ${email}`, async () => {
    const found = await mailsTo(email);
    return found.length > 0 && found;
  });

describe('a user', () => {
  it('is created with the id that the program chose, read, and put again with 200', async () => {
    const { id, email, created } = await user({ note: 'from the CRM' });
    expect(created).toMatchObject({
      name: id,
      type: 'Microsoft.ApiManagement/service/users',
      email,
      ...person,
      state: 'active',
      note: 'from the CRM',
      identities: [{ provider: 'Basic', id: email }],
      groups: [expect.objectContaining({ displayName: 'Developers', builtIn: true })],
    });
    const read = await client.user.get(GROUP, SERVICE, id);
    expect(JSON.stringify(read)).not.toMatch(/password/i);
    const again = await client.user.createOrUpdate(GROUP, SERVICE, id, {
      email,
      ...person,
      lastName: 'Leigh',
    });
    expect(again.eTag).not.toBe(read.eTag);
    expect((await client.user.getEntityTag(GROUP, SERVICE, id)).eTag).toBe(again.eTag);
    expect(await mailsTo(email)).toEqual([]);
  });

  it('is blocked, renamed and given a password in one PATCH, or not changed at all', async () => {
    const { id, created } = await user();
    const all = { state: 'blocked', note: 'fraud', firstName: 'Anne', password: PASSWORD } as const;
    expect(await failureOf(client.user.update(GROUP, SERVICE, id, '"999"', all))).toMatchObject({
      status: 412,
    });
    expect(
      await failureOf(client.user.update(GROUP, SERVICE, id, '*', { ...all, password: 'short' })),
    ).toMatchObject({ status: 400, code: 'ValidationError', targets: ['password'] });
    expect(await client.user.get(GROUP, SERVICE, id)).toMatchObject({ state: 'active', firstName: 'Ann' });
    const updated = await client.user.update(GROUP, SERVICE, id, created.eTag ?? '', all);
    expect(updated).toMatchObject({ state: 'blocked', note: 'fraud', firstName: 'Anne' });
    expect(updated).not.toHaveProperty('password');
    const [row] =
      await t.sql`select state, password_hash, password_must_change from accounts where id = ${id}`;
    expect(row).toMatchObject({ state: 'blocked', password_must_change: false });
    expect(row?.password_hash).toMatch(/^\S+\$/);
    const audited = await t.sql`select operation, actor_kind, actor_name from audit
      where target_id = ${id} and outcome = 'done' order by id`;
    expect(audited.map(({ operation }) => operation)).toEqual([
      'accounts/add',
      'passwords/set',
      'accounts/edit',
      'accounts/block',
    ]);
    expect(audited[1]).toMatchObject({
      actor_kind: 'token',
      actor_name: expect.stringMatching(/^ci admin \(token of /),
    });
    expect(await client.user.update(GROUP, SERVICE, id, '*', { state: 'active' })).toMatchObject({
      state: 'active',
    });
  });

  it('keeps its email until the new one is confirmed', async () => {
    const { id, email } = await user();
    const updated = await client.user.update(GROUP, SERVICE, id, '*', { email: `new-${email}` });
    expect(updated.email).toBe(email);
    expect((await mailTo(`new-${email}`))[0]?.text).toMatch(/confirm/i);
  });

  it('gets a mail only when the program says so', async () => {
    const silent = await user({ state: 'pending' });
    expect(silent.created.state).toBe('pending');
    const told = next('told-');
    await client.user.createOrUpdate(
      GROUP,
      SERVICE,
      told,
      { email: `${told}@example.com`, ...person },
      { notify: true },
    );
    expect((await mailTo(`${told}@example.com`))[0]?.subject).toMatch(/Welcome/);
    const signedUp = await user({ confirmation: 'signup' });
    expect((await mailTo(signedUp.email))[0]?.subject).toMatch(/Welcome/);
    expect(await mailsTo(silent.email)).toEqual([]);
    await client.user.beginDeleteAndWait(GROUP, SERVICE, told, '*', { notify: true });
    await eventually('the farewell', async () =>
      (await mailsTo(`${told}@example.com`)).some(({ subject }) => /account is closed/.test(subject)),
    );
  });

  it('is pending after an invitation until a password is set behind the link', async () => {
    const { id, email, created } = await user({ confirmation: 'invite' });
    expect(created.state).toBe('pending');
    const [mail] = await mailTo(email);
    const ticket = /ticket=([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? '';
    const page = await fetch(`${t.slack.url}/invitations/accept?ticket=${ticket}`);
    expect(await page.text()).toContain(email);
    const form = { ticket, firstName: 'Anna', lastName: 'Lee', password: PASSWORD };
    expect((await t.slack.post('/invitations/accept', form)).status).toBe(303);
    expect(await client.user.get(GROUP, SERVICE, id)).toMatchObject({ state: 'active', firstName: 'Anna' });
    expect((await t.slack.post('/invitations/accept', form)).status).toBe(410);
  });

  it('has identities, groups, and a link to set a password', async () => {
    const { id, email } = await user();
    const identities = [];
    for await (const one of client.userIdentities.list(GROUP, SERVICE, id)) identities.push(one);
    expect(identities).toEqual([{ provider: 'Basic', id: email }]);
    // Its developer connected a provider, and has no password.
    await t.slack.sql`insert into account_identities
      select service_id, 'https://login.example.com', 'subject-of-ann', id, 'entra', 'Aad', 'Ann', now(), now()
      from accounts where email = ${email}`;
    const { identities: connected } = await client.user.get(GROUP, SERVICE, id);
    expect(connected).toEqual([{ provider: 'Aad', id: 'subject-of-ann' }]);
    const groups = [];
    for await (const one of client.userGroup.list(GROUP, SERVICE, id)) groups.push(one.displayName);
    expect(groups).toEqual(['Developers']);
    await client.userConfirmationPassword.send(GROUP, SERVICE, id, { appType: 'developerPortal' });
    expect((await mailTo(email))[0]?.text).toMatch(/\/password\/reset\?ticket=/);
  });

  it('gets a sign-in link for five minutes when the token has the grant, and never a shared access token', async () => {
    const { id } = await user();
    const { value } = await client.user.generateSsoUrl(GROUP, SERVICE, id);
    expect(value).toMatch(new RegExp(`^${t.url}/portal/sign-in/link\\?ticket=[\\w-]{43}$`));
    const [ticket] =
      await t.sql`select purpose, expires_at - created_at as life from tickets where account_id = ${id}`;
    expect(ticket).toMatchObject({ purpose: 'sign-in', life: '00:05:00' });
    const plain = t.client(await t.token('admin'));
    expect(await failureOf(plain.user.generateSsoUrl(GROUP, SERVICE, id))).toMatchObject({
      status: 403,
      code: 'AuthorizationFailed',
    });
    const wish = { keyType: 'primary' as const, expiry: new Date(Date.now() + 60_000) };
    expect(await failureOf(client.user.getSharedAccessToken(GROUP, SERVICE, id, wish))).toMatchObject({
      status: 405,
    });
  });
});

describe('a refused change of a user', () => {
  const put = (properties: Record<string, unknown>, id = next('no-')) =>
    t.ask(`users/${id}`, { method: 'PUT', body: { properties } });

  it.each([
    [{ ...person }, ['email']],
    [{ email: 'x@example.com' }, ['firstName', 'lastName']],
    [{ email: 'nonsense', ...person }, ['email']],
    [{ email: `${'x'.repeat(250)}@example.com`, ...person }, ['email']],
    [{ email: 'x@example.com', firstName: 'x'.repeat(101), lastName: 'Lee' }, ['firstName']],
    [{ email: 'x@example.com', ...person, state: 'deleted' }, ['state']],
    [{ email: 'x@example.com', ...person, confirmation: 'maybe' }, ['confirmation']],
    [{ email: 'x@example.com', ...person, confirmation: 'invite', state: 'blocked' }, ['state']],
    [{ email: 'x@example.com', ...person, identities: [{ provider: 'Aad', id: 'x' }] }, ['identities']],
    [{ email: 'x@example.com', ...person, password: 'password' }, ['password']],
    [{ email: 5, firstName: [], lastName: {} }, ['email', 'firstName', 'lastName']],
    [{ email: 'x@example.com', ...person, admin: true, __proto__x: 1 }, ['admin', '__proto__x']],
    [{ email: 'x@example.com', ...person, note: 'x'.repeat(1_001) }, ['note']],
  ])('with %j names %j in a ValidationError', async (properties, targets) => {
    const { status, body } = await put(properties);
    expect([status, body.error.code]).toEqual([400, 'ValidationError']);
    expect(body.error.details.map((one: { target: string }) => one.target)).toEqual(targets);
  });

  it('says where a property belongs, and puts a fault that is a sentence behind a colon', async () => {
    const start = 'One or more fields contain incorrect values:';
    const messageOf = async (body: Record<string, unknown>) =>
      (await t.ask('users/no-place', { method: 'PUT', body })).body.error.message;
    expect(await messageOf({ email: 'x@example.com' })).toBe(
      `${start} email must be inside properties: { "properties": { … } }.`,
    );
    const email = 'x.example.com';
    expect(await messageOf({ properties: { email, ...person } })).toBe(`${start} email: there is no @.`);
  });

  it('names the email when another user has it in any case', async () => {
    const { email } = await user();
    const { status, body } = await put({ email: email.toUpperCase(), ...person });
    expect([status, body.error.details[0].target]).toEqual([400, 'email']);
  });

  it('is one with an id that no path can have', async () => {
    const ok = { email: 'x@example.com', ...person };
    expect((await put(ok, encodeURIComponent('a b'))).body.error.details[0].target).toBe('userId');
    expect((await put(ok, 'x'.repeat(81))).body.error.details[0].target).toBe('userId');
  });

  it('is one with another version, or of an unknown user', async () => {
    const { id } = await user();
    const body = { properties: { note: 'x' } };
    for (const etag of ['"7"', 'x', '"', '""', '"0"'])
      expect(
        (await t.ask(`users/${id}`, { method: 'PATCH', body, headers: { 'if-match': etag } })).status,
      ).toBe(412);
    expect(await failureOf(client.user.update(GROUP, SERVICE, 'nobody', '*', { note: 'x' }))).toMatchObject({
      status: 404,
    });
    expect((await client.user.get(GROUP, SERVICE, id)).note).toBeUndefined();
  });
});
