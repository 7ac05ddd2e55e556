import { describe, expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { PORTAL_URL, whereTo } from '../support/company.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { startLyingIssuer } from '../support/lying-issuer.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';
import { createVisitor, textOf, type Visitor } from '../support/visitor.ts';

const one = forAllTests(() => startLyingIssuer());
const two = forAllTests(() => startLyingIssuer({ namesItself: true }));
const settings = () => ({
  TRUSTED_PROXIES: '127.0.0.1',
  PUBLIC_URL: PORTAL_URL,
  SIGN_UP: 'open',
  SIGN_IN_PROVIDERS: 'one,two,github,google',
  ...one.settingsFor('one'),
  ...two.settingsFor('two', { DOMAINS: 'good.example' }),
  ...one.settingsFor('github', { KIND: 'github' }),
  ...one.settingsFor('google', { KIND: 'Google' }),
});
const app = forAllTests(() => startTestApp(settings()));
const portal = createPortalDriver(app);
/** Another process on the same database, where a password is no way to sign in, and an operator approves all but the second's. */
const closed = forAllTests(() =>
  startTestApp(
    { ...settings(), PASSWORD_SIGN_IN: 'off', SIGN_UP: 'approval', SIGN_IN_TWO_SIGN_UP: 'open' },
    { beside: app },
  ),
);
const FINISH = '/portal/sign-in/finish';

async function begins(who: Visitor, name: string, fields: Record<string, string> = {}) {
  const there = new URL(await whereTo(await who.post(`/portal/sign-in/${name}`, fields)));
  const [state = '', nonce = ''] = ['state', 'nonce'].map((field) => there.searchParams.get(field) ?? '');
  expect(there.searchParams.get('code_challenge_method')).toBe('S256');
  return { state, nonce };
}
const comesBack = (who: Visitor, name: string, answer: Record<string, string>) =>
  who.get(`/portal/sign-in/${name}/callback?${new URLSearchParams({ code: 'a-code', ...answer })}`);
const landsOn = (answer: Response) => [answer.status, answer.headers.get('location')];
const sessions = async () => (await app.sql`select count(*)::int as count from sessions`)[0]?.count;

describe('T109: an answer is refused', () => {
  const now = () => Math.floor(Date.now() / 1_000);
  test.each([
    ['with the nonce of another attempt', { claims: { nonce: 'another-nonce' } }],
    ['without a nonce', { claims: { nonce: undefined } }],
    ['for another app', { claims: { aud: 'another-app' } }],
    ['of another issuer', { claims: { iss: 'https://accounts.google.com' } }],
    ['that has ended', { claims: { iat: now() - 900, exp: now() - 600 } }],
    ['without a signature', { isUnsigned: true }],
    ['with the signature of another', { isForged: true }],
    ['without a subject', { claims: { sub: undefined } }],
  ] as const)('%s', async (_how, lie) => {
    const who = portal.visitor();
    const { state, nonce } = await begins(who, 'one');
    const before = await sessions();
    await one.answersWith(nonce, lie);
    expect((await comesBack(who, 'one', { state })).status).toBe(409);
    expect((await who.get(FINISH)).status).toBe(410);
    await one.answersWith(nonce);
    expect((await comesBack(who, 'one', { state })).status).toBe(410);
    expect(await sessions()).toBe(before);
  });

  test('that came to the address of another provider, or says that it is another’s', async () => {
    const who = portal.visitor();
    const first = await begins(who, 'one');
    await one.answersWith(first.nonce);
    expect((await comesBack(who, 'two', { state: first.state })).status).toBe(410);
    const second = await begins(who, 'two');
    await two.answersWith(second.nonce);
    expect((await comesBack(who, 'two', { state: second.state, iss: one.url })).status).toBe(409);
    const third = await begins(who, 'two');
    await two.answersWith(third.nonce);
    expect((await comesBack(who, 'two', { state: third.state })).status).toBe(409);
  });

  test('with the state of another attempt, two states, or none', async () => {
    const [who, other] = [portal.visitor(), portal.visitor()];
    const { state, nonce } = await begins(who, 'one');
    await begins(other, 'one');
    await one.answersWith(nonce);
    expect((await comesBack(other, 'one', { state })).status).toBe(410);
    expect((await comesBack(who, 'one', {})).status).toBe(410);
    expect((await who.get(`/portal/sign-in/one/callback?code=a&state=${state}&state=${state}`)).status).toBe(
      410,
    );
    expect((await comesBack(who, 'one', { state: 'x'.repeat(3_000) })).status).toBe(410);
    expect(landsOn(await comesBack(who, 'one', { state }))).toEqual([303, FINISH]);
  });
});

test('T109: of two answers to one attempt at the same moment, one counts', async () => {
  const who = portal.visitor();
  const { state, nonce } = await begins(who, 'one');
  await one.answersWith(nonce, { claims: { sub: 'twice' } });
  const answers = await Promise.all([comesBack(who, 'one', { state }), comesBack(who, 'one', { state })]);
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 410]);
});

describe('T110: a provider that was asked to ask again', () => {
  const now = () => Math.floor(Date.now() / 1_000);
  const CLOSE = '/portal/account/close';

  test('proves nobody without the time of the proof, or with an older one', async () => {
    const who = portal.visitor();
    const comes = async (claims: Record<string, unknown>, fields: Record<string, string> = {}) => {
      const { state, nonce } = await begins(who, 'one', fields);
      await one.answersWith(nonce, {
        claims: { sub: 'asked-again', email: 'again@good.example', ...claims },
      });
      return comesBack(who, 'one', { state });
    };
    await comes({});
    await who.post(FINISH, { firstName: 'Ann', lastName: 'Lee' });
    const again = { purpose: 'again', page: 'close' };
    for (const auth_time of [undefined, now() - 300]) {
      const answer = await comes({ auth_time }, again);
      expect(textOf(await answer.text()), String(auth_time)).toContain('One doesn’t tell us');
      expect(await who.reads(CLOSE)).toContain('prove first that it’s you');
    }
    // An answer to an ordinary sign-in, which didn't ask.
    await comes({ auth_time: now() });
    expect(await who.reads(CLOSE)).toContain('prove first that it’s you');
    expect(landsOn(await comes({ auth_time: now() }, again))).toEqual([303, CLOSE]);
    expect(await who.reads(CLOSE)).toContain('your keys stop working');
  });

  test('isn’t Google, which never says it: a mail proves it', async () => {
    const who = portal.visitor();
    const { state, nonce } = await begins(who, 'google');
    await one.answersWith(nonce, { claims: { sub: 'at-google', email: 'proof@gmail.com' } });
    await comesBack(who, 'google', { state });
    await who.post(FINISH, { firstName: 'Ann', lastName: 'Lee' });
    const page = await who.reads(CLOSE);
    expect(page).toContain('Mail a link to proof@gmail.com');
    expect(page).not.toContain('Sign in again');
  });
});

describe('T107: an email', () => {
  test('of another domain than the settings say is not let in', async () => {
    const who = portal.visitor();
    for (const [email, landed] of [
      ['ann@evil.example', [403, null]],
      ['ann@good.example.evil.example', [403, null]],
      ['ann@good.example', [303, FINISH]],
    ] as const) {
      const { state, nonce } = await begins(who, 'two');
      await two.answersWith(nonce, { claims: { email } });
      expect(landsOn(await comesBack(who, 'two', { state, iss: two.url })), email).toEqual(landed);
    }
  });

  test('that only the provider says lets nobody in who confirmed another by mail', async () => {
    for (const [domain, state] of [
      ['evil.example', 'pending'],
      ['good.example', 'active'],
    ]) {
      const who = createVisitor(closed);
      const email = `${portal.newAddress().split('@')[0]}@${domain}`;
      await who.post('/portal/sign-up', { email, firstName: 'Eve', lastName: 'Poe' });
      const ticket = await portal.ticketTo(email, /confirm/);
      const { state: attempt, nonce } = await begins(who, 'two', { of: 'email-confirmation', ticket });
      const said = { sub: `of ${email}`, email: 'ann@good.example', email_verified: false };
      await two.answersWith(nonce, { claims: said });
      await comesBack(who, 'two', { state: attempt, iss: two.url });
      await who.post(FINISH);
      const rows = await app.sql`select state from accounts where email = ${email}`;
      expect(rows, email).toEqual([{ state }]);
    }
  });

  test('that is verified at one provider is that of another person’s account at the other', async () => {
    const [ann, eve] = [portal.visitor(), portal.visitor()];
    const email = 'shared@good.example';
    const first = await begins(ann, 'two');
    await two.answersWith(first.nonce, { claims: { sub: 'same', email } });
    await comesBack(ann, 'two', { state: first.state, iss: two.url });
    expect(landsOn(await ann.post(FINISH, { firstName: 'Ann', lastName: '' }))).toEqual([303, '/portal']);
    const second = await begins(eve, 'one');
    await one.answersWith(second.nonce, { claims: { sub: 'same', email } });
    expect(landsOn(await comesBack(eve, 'one', { state: second.state }))).toEqual([303, FINISH]);
    expect(await eve.reads(FINISH)).toContain('An account with shared@good.example is here already');
    expect((await eve.post(FINISH, { password: PASSWORD })).status).toBe(422);
    expect(await portal.isSignedIn(eve)).toBe(false);
  });
});

test.each([
  ['eve@gmail.com', {}, 'Your account will have the email'],
  ['eve@gmail.com', { email_verified: false }, 'doesn’t tell us whether an email is yours'],
  ['eve@workspace.example', { hd: 'workspace.example' }, 'Your account will have the email'],
  ['eve@workspace.example', { hd: '' }, 'doesn’t tell us whether an email is yours'],
  ['eve@former.example', {}, 'doesn’t tell us whether an email is yours'],
  ['eve@notgmail.com', {}, 'doesn’t tell us whether an email is yours'],
])('T107: Google vouches for the mailboxes that it keeps only: %s %o', async (email, more, words) => {
  const who = portal.visitor();
  const { state, nonce } = await begins(who, 'google');
  await one.answersWith(nonce, { claims: { sub: 'someone-at-google', email, ...more } });
  await comesBack(who, 'google', { state });
  expect(await who.reads(FINISH)).toContain(words);
});

test('T13: whose email is not vouched for reads the same, with an account and without one', async () => {
  const pages = [];
  for (const email of [await portal.developer(), portal.newAddress()]) {
    const who = portal.visitor();
    const { state, nonce } = await begins(who, 'one');
    await one.answersWith(nonce, { claims: { sub: `of ${email}`, email, email_verified: false } });
    expect(landsOn(await comesBack(who, 'one', { state }))).toEqual([303, FINISH]);
    pages.push((await who.reads(FINISH)).replaceAll(email, 'EMAIL'));
  }
  expect(pages[0]).toBe(pages[1]);
});

test('T34: one address can’t send browsers to providers, or back, without end', async () => {
  const who = portal.visitor();
  const answers = new Set<number>();
  const { state } = await begins(who, 'one');
  for (let times = 0; times < 119; times += 1)
    answers.add((await comesBack(who, 'one', { state: 'x' })).status);
  expect([...answers]).toEqual([410]);
  expect((await comesBack(who, 'one', { state })).status).toBe(429);
  expect((await who.post('/portal/sign-in/one')).status).toBe(429);
});

test('T112: a provider that answers nonsense, or endlessly, changes nothing', async () => {
  for (const trouble of ['error', 'nonsense', 'flood'] as const) {
    const who = portal.visitor();
    const { state, nonce } = await begins(who, 'one');
    await one.answersWith(nonce);
    one.setTrouble(trouble);
    const answer = await comesBack(who, 'one', { state });
    one.setTrouble(null);
    expect([answer.status, (await who.get(FINISH)).status], trouble).toEqual([503, 410]);
  }
});

test('T112: a provider that never answers is given up after seconds, and the page says what to do', async () => {
  const who = portal.visitor();
  const { state, nonce } = await begins(who, 'one');
  await one.answersWith(nonce);
  one.setTrouble('silence');
  const answer = await comesBack(who, 'one', { state });
  one.setTrouble(null);
  expect(answer.status).toBe(503);
  expect(textOf(await answer.text())).toMatch(
    /One doesn’t answer.*Try again in a minute, or sign in another way/s,
  );
});

test('GitHub tells who signed in, and which of their emails is theirs, by its API', async () => {
  const [ann, bob] = [portal.visitor(), portal.visitor()];
  one.isGithubOf({ id: 583_231, email: 'ann@github.example', isVerified: true });
  await comesBack(ann, 'github', { state: (await begins(ann, 'github')).state });
  expect(landsOn(await ann.post(FINISH, { firstName: 'Ann', lastName: 'Lee' }))).toEqual([303, '/portal']);
  one.isGithubOf({ id: 583_232, email: 'bob@github.example', isVerified: false });
  await comesBack(bob, 'github', { state: (await begins(bob, 'github')).state });
  expect(await bob.reads(FINISH)).toContain('doesn’t tell us whether an email is yours');
  const rows = await app.sql`select subject, kind from account_identities where provider = 'github'`;
  expect(rows.map(({ subject, kind }) => [subject, kind])).toEqual([['583231', 'GitHub']]);
});

describe('where a password is no way to sign in', () => {
  test('no page asks for one, and no form takes one', async () => {
    const email = await portal.developer();
    const who = createVisitor(closed);
    const page = await (await who.get('/portal/sign-in')).text();
    expect(page).not.toContain('type="password"');
    expect(textOf(page)).toContain('Continue with One');
    expect(await who.reads('/portal/sign-up')).toContain('choose how you sign in');
    expect((await who.post('/portal/sign-in', { email, password: PASSWORD })).status).toBe(403);
    await who.post('/password/forgot', { email });
    // Either process may write it.
    const ticket = await portal.ticketTo(email, /new password|Choose how you sign in/);
    expect(await (await who.get(`/password/reset?ticket=${ticket}`)).text()).not.toContain('type="password"');
    const password = 'another four quiet chairs';
    expect((await who.post('/password/reset', { ticket, password })).status).toBe(422);
    const { state, nonce } = await begins(who, 'one', { of: 'password-reset', ticket });
    await one.answersWith(nonce, { claims: { sub: 'a-former-password', email: 'else@example.com' } });
    await comesBack(who, 'one', { state });
    expect(landsOn(await who.post(FINISH))).toEqual([303, '/portal']);
  });
});
