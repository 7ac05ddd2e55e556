import { describe, expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { signInThere, signInWith, startCompany, whereTo } from '../support/company.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';
import { textOf, type Visitor } from '../support/visitor.ts';

const company = forAllTests(() => startCompany());
const app = forAllTests(() =>
  startTestApp({
    TRUSTED_PROXIES: '127.0.0.1',
    SIGN_UP: 'approval',
    ...company.settings,
    SIGN_IN_ACME_SIGN_OUT: 'on',
  }),
);
const portal = createPortalDriver(app);
const FINISH = '/portal/sign-in/finish';

let count = 0;
function colleague(more: Parameters<typeof company.employs>[1] = {}) {
  count += 1;
  return company.employs(`colleague-${count}`, more);
}
const landsOn = (answer: Response) => [answer.status, answer.headers.get('location')];
const finish = (who: Visitor, fields: Record<string, string> = {}) => who.post(FINISH, fields);
const accountOf = async (email: string) =>
  (await app.sql`select * from accounts where email = ${email} and state <> 'deleted'`)[0];
const identitiesOf = async (email: string) =>
  (
    await app.sql`select subject from account_identities i join accounts a on a.id = i.account_id where email = ${email}`
  ).map(({ subject }) => subject as string);

/** A developer whose account only the company signs in to. */
async function connected(more: Parameters<typeof colleague>[0] = {}) {
  const who = portal.visitor();
  const one = colleague(more);
  expect(landsOn(await signInWith(who, one.subject))).toEqual([303, FINISH]);
  expect((await finish(who, { firstName: 'Ann', lastName: 'Lee' })).status).toBe(403);
  await app.sql`update accounts set state = 'active', sign_up_approved_at = now() where email = ${one.email}`;
  expect(landsOn(await signInWith(who, one.subject))).toEqual([303, '/portal']);
  return { who, ...one };
}

describe('a person whom no account knows', () => {
  test('T106: signs up with the company’s button, waits for the approval, and is signed in by the company alone', async () => {
    const [who, { subject, email }] = [portal.visitor(), colleague({ firstName: 'Grace', lastName: 'Osei' })];
    expect(landsOn(await signInWith(who, subject))).toEqual([303, FINISH]);
    expect(await accountOf(email)).toBeUndefined();
    const page = await (await who.get(FINISH)).text();
    expect(textOf(page)).toContain(`You signed in with Acme as ${email}`);
    expect(page).toContain('value="Grace"');
    const answer = await finish(who, { firstName: 'Grace', lastName: 'Osei' });
    expect(textOf(await answer.text())).toContain('still has to approve your account');
    expect(await accountOf(email)).toMatchObject({ state: 'pending', password_hash: null });
    expect((await signInWith(portal.visitor(), subject)).status).toBe(403);
    const card = await eventually('the card', () =>
      app
        .as('approver')
        .channel('approvals')
        .find((message) => message.text().includes(email)),
    );
    expect(card.text()).toContain(`Signs in with:* Acme (${email})`);
    await app.as('approver').clicks(/Activate Grace Osei/);
    await portal.mailTo(email, /account is active/);
    expect(landsOn(await signInWith(who, subject))).toEqual([303, '/portal']);
    expect(await portal.isSignedIn(who)).toBe(true);
  });

  test('T107: whose email the provider does not vouch for gets a mail, and its page connects them', async () => {
    const [who, { subject, email }] = [portal.visitor(), colleague({ isEmailVerified: false })];
    expect(landsOn(await signInWith(who, subject))).toEqual([303, FINISH]);
    expect(await who.reads(FINISH)).toContain('doesn’t tell us whether an email is yours');
    expect((await finish(who, { email, firstName: '', lastName: '' })).status).toBe(422);
    expect((await finish(who, { email, firstName: 'Ann', lastName: 'Lee' })).status).toBe(200);
    const ticket = await portal.ticketTo(email, /confirm/);
    const fields = { of: 'email-confirmation', ticket };
    expect(landsOn(await signInWith(who, subject, { fields }))).toEqual([303, FINISH]);
    expect(textOf(await (await finish(who)).text())).toContain('still has to approve your account');
    expect(await identitiesOf(email)).toEqual([subject]);
  });

  test('T107: and has the email of an account connects nothing by it, but by the password', async () => {
    const email = await portal.developer();
    const [who, { subject }] = [portal.visitor(), colleague({ email })];
    expect(landsOn(await signInWith(who, subject))).toEqual([303, FINISH]);
    expect(await who.reads(FINISH)).toContain(`An account with ${email} is here already`);
    expect((await finish(who, { password: 'not this password at all' })).status).toBe(422);
    expect(await identitiesOf(email)).toEqual([]);
    expect(landsOn(await finish(who, { password: PASSWORD }))).toEqual([303, '/portal']);
    expect(await identitiesOf(email)).toEqual([subject]);
    expect((await portal.mailTo(email, /Acme was connected/)).text).toContain('This wasn’t me');
  });

  test('T107: or by a mailed link, whose page connects them', async () => {
    const email = await portal.developer();
    const [who, { subject }] = [portal.visitor(), colleague({ email })];
    await signInWith(who, subject);
    await who.post('/password/forgot', { email });
    const ticket = await portal.ticketTo(email, /new password/);
    await app.sql`insert into account_identities
      (service_id, issuer, subject, account_id, provider, kind, shown_name, linked_at, last_used_at)
      select service_id, ${company.issuer}::text, 'an-intruder', id, 'acme', 'OpenIdConnect', 'eve', now(), now()
      from accounts where email = ${email}`;
    await signInWith(who, subject, { fields: { of: 'password-reset', ticket } });
    expect(landsOn(await finish(who))).toEqual([303, '/portal']);
    expect(await identitiesOf(email)).toEqual([subject]);
    expect(await accountOf(email)).toMatchObject({ password_hash: null });
    expect((await who.post('/password/reset', { ticket, password: PASSWORD })).status).toBe(410);
  });

  test('T107: but not by a link that confirms a change of email', async () => {
    const email = await portal.developer();
    const changed = portal.newAddress();
    const owner = await portal.signedIn(email);
    await owner.post('/portal/account/email', { email: changed, currentPassword: PASSWORD });
    const ticket = await portal.ticketTo(changed, /onfirm/);
    const [who, { subject }] = [portal.visitor(), colleague()];
    const fields = { of: 'email-confirmation', ticket };
    expect(landsOn(await signInWith(who, subject, { fields }))).toEqual([303, FINISH]);
    expect((await who.get(FINISH)).status).toBe(410);
    expect((await finish(who)).status).toBe(410);
    expect(await identitiesOf(email)).toEqual([]);
  });

  test('T107: accepts the invitation to an email that the provider vouches for; to another email it never leads', async () => {
    const email = portal.newAddress();
    await app.as('admin').types(`/apim-user invite ${email}`);
    const ticket = await portal.ticketTo(email, /invited/);
    const [who, stranger] = [portal.visitor(), portal.visitor()];
    await signInWith(stranger, colleague({ email, isEmailVerified: false }).subject);
    expect(await stranger.reads(FINISH)).toContain('doesn’t tell us whether an email is yours');
    const { subject } = colleague({ email });
    expect(landsOn(await signInWith(who, subject))).toEqual([303, FINISH]);
    expect(await who.reads(FINISH)).toContain('Accept your invitation');
    expect((await finish(who, { firstName: '', lastName: '' })).status).toBe(422);
    expect(landsOn(await finish(who, { firstName: 'Ann', lastName: 'Lee' }))).toEqual([303, '/portal']);
    expect(await accountOf(email)).toMatchObject({ state: 'active', password_hash: null });
    expect(await app.sql`select state from invitations where email = ${email}`).toEqual([
      { state: 'accepted' },
    ]);
    expect(await portal.visitor().reads(`/invitations/accept?ticket=${ticket}`)).toContain(
      'already accepted',
    );
  });

  test('T14, T107: who accepts an invitation by the provider has the invited email', async () => {
    const email = portal.newAddress();
    await app.as('admin').types(`/apim-user invite ${email}`);
    const ticket = await portal.ticketTo(email, /invited/);
    const [who, { subject }] = [portal.visitor(), colleague({ isEmailVerified: false })];
    await signInWith(who, subject, { fields: { of: 'invitation', ticket } });
    expect(await who.reads(FINISH)).toContain(`Your account will have the email ${email}`);
    expect((await finish(who, { firstName: '', lastName: '' })).status).toBe(422);
    expect(landsOn(await finish(who, { firstName: 'Ann', lastName: '' }))).toEqual([303, '/portal']);
    expect(await accountOf(email)).toMatchObject({ state: 'active', password_hash: null });
    expect((await portal.mailTo(email, /Welcome/)).text).toMatch(/You sign in with \*?\*?Acme/);
    expect(await identitiesOf(email)).toEqual([subject]);
  });
});

describe('a person whom an account knows', () => {
  test('T106: is the same whatever their email becomes, and no other person with that email', async () => {
    const { who, subject, email } = await connected();
    company.employs(subject, { email: 'renamed@acme.example' });
    expect(landsOn(await signInWith(who, subject))).toEqual([303, '/portal']);
    const stranger = colleague({ email });
    expect(landsOn(await signInWith(portal.visitor(), stranger.subject))).toEqual([303, FINISH]);
    expect(await identitiesOf(email)).toEqual([subject]);
  });

  test('T108: stays out while blocked, and loses their session', async () => {
    const { who, subject, email } = await connected();
    await app.as('admin').types(`/apim-user block ${email} sent spam`);
    await app.as('admin').sees(/Blocked/);
    expect(await portal.isSignedIn(who)).toBe(false);
    const answer = await signInWith(who, subject);
    expect([answer.status, textOf(await answer.text())]).toEqual([
      403,
      expect.stringContaining('account is blocked'),
    ]);
  });

  test('T108: is nobody once the account is deleted', async () => {
    const { subject, email } = await connected();
    await app.as('admin').types(`/apim-user delete ${email}`);
    const modal = await app.as('admin').modal(/Delete/);
    await modal.fill({ Reason: 'asked for it' }).catch(() => {});
    await modal.submit();
    await eventually('the deletion', async () => (await accountOf(email)) === undefined);
    const who = portal.visitor();
    expect(landsOn(await signInWith(who, subject))).toEqual([303, FINISH]);
    // A new account takes the sign-in.
    expect((await finish(who, { firstName: 'Ann', lastName: 'Lee' })).status).toBe(403);
    expect(await accountOf(email)).toMatchObject({ state: 'pending' });
    expect(await identitiesOf(email)).toEqual([subject]);
  });

  test('T110: reads in the mail about a new password how they sign in; its page offers the provider too, or disconnects it', async () => {
    const { email } = await connected();
    await portal.visitor().post('/password/forgot', { email });
    const mail = await portal.mailTo(email, /You sign in to .+ with Acme/);
    const ticket = /ticket=([\w-]{43})/.exec(mail.text)?.[1] ?? '';
    const page = await portal.visitor().reads(`/password/reset?ticket=${ticket}`);
    expect(page).toContain('Continue with Acme');
    expect(page).toContain('A new password disconnects Acme.');
    const password = 'another four quiet chairs';
    expect((await portal.visitor().post('/password/reset', { ticket, password })).status).toBe(200);
    expect(await identitiesOf(email)).toEqual([]);
    await portal.mailTo(email, /Acme was disconnected/);
    expect((await portal.mailTo(email, /password was changed/)).text).toContain('This wasn’t me');
  });

  test('T107: uses a link for a new password up with the provider that is connected, which then is the only way in', async () => {
    const { who, subject, email } = await connected();
    await who.post('/password/forgot', { email });
    const ticket = await portal.ticketTo(email, /You sign in to .+ with Acme/);
    await app.sql`insert into account_identities
      (service_id, issuer, subject, account_id, provider, kind, shown_name, linked_at, last_used_at)
      select service_id, ${company.issuer}::text, ${`intruder of ${email}`}::text, id, 'acme', 'OpenIdConnect', 'eve', now(), now()
      from accounts where email = ${email}`;
    const [visitor, other] = [portal.visitor(), await connected()];
    const fields = { of: 'password-reset', ticket };
    await signInWith(visitor, other.subject, { fields });
    expect((await finish(visitor)).status).toBe(409);
    expect(landsOn(await signInWith(visitor, subject, { fields }))).toEqual([303, FINISH]);
    expect(await visitor.reads(FINISH)).toContain('whatever else was connected, no longer works');
    expect(landsOn(await finish(visitor))).toEqual([303, '/portal']);
    expect(await identitiesOf(email)).toEqual([subject]);
    expect(await portal.isSignedIn(who)).toBe(false);
    expect((await visitor.get(`/password/reset?ticket=${ticket}`)).status).toBe(410);
  });

  test('T109: signs out at the provider too', async () => {
    const { who } = await connected();
    const there = new URL(await whereTo(await who.post('/portal/sign-out')));
    expect(there.origin).toBe(company.issuer);
    expect(there.searchParams.get('post_logout_redirect_uri')).toBe('https://developers.example.com/portal');
    expect(there.searchParams.get('id_token_hint')).toBeTruthy();
    expect(await portal.isSignedIn(who)).toBe(false);
  });

  const CLOSE = '/portal/account/close';
  const again = { purpose: 'again', page: 'close' };

  test('T110: proves who they are by signing in again, where others type a password', async () => {
    const { who, subject } = await connected();
    // They came by the company's session, which proves nobody at the keyboard.
    expect(await who.reads(CLOSE)).toContain('prove first that it’s you');
    expect((await who.post(CLOSE)).status).toBe(422);
    const other = await connected();
    expect((await signInWith(who, other.subject, { fields: again })).status).toBe(409);
    expect(landsOn(await signInWith(who, subject, { fields: again }))).toEqual([303, CLOSE]);
    expect(await who.reads(CLOSE)).toContain('your keys stop working');
    await app.sql`update sessions set proved_at = now() - interval '11 minutes' where proved_at is not null`;
    expect(await who.reads(CLOSE)).toContain('prove first that it’s you');
    expect((await who.post(CLOSE)).status).toBe(422);
  });

  test('T110: or by a mailed link, in the browser that opens it and no other', async () => {
    const { who, subject, email } = await connected();
    const [elsewhere, stranger] = [portal.visitor(), (await connected()).who];
    const asked = await who.post('/portal/account/mail-proof', { page: 'close' });
    expect(textOf(await asked.text())).toContain(`We’ve mailed a link to ${email}`);
    const ticket = await portal.ticketTo(email, /Is it you/);
    const path = `/portal/account/prove?ticket=${ticket}`;
    expect((await stranger.post('/portal/account/prove', { ticket })).status).toBe(410);
    expect(await elsewhere.reads(path)).toContain(`Someone wants to change the account of ${email}`);
    const answer = await elsewhere.post('/portal/account/prove', { ticket });
    expect(landsOn(answer)).toEqual([303, '/portal/sign-in']);
    expect(landsOn(await signInWith(elsewhere, subject))).toEqual([303, path]);
    expect((await elsewhere.post('/portal/account/prove', { ticket })).status).toBe(303);
    expect(await elsewhere.reads(CLOSE)).toContain('your keys stop working');
    expect(await who.reads(CLOSE)).toContain('prove first that it’s you');
    expect((await who.post('/portal/account/prove', { ticket })).status).toBe(410);
    await who.post('/portal/account/mail-proof', { page: 'close' });
    const own = await portal.ticketTo(email, /Is it you/, ({ text }) => !text.includes(ticket));
    expect(landsOn(await who.post('/portal/account/prove', { ticket: own }))).toEqual([303, CLOSE]);
    expect(landsOn(await who.post(CLOSE))).toEqual([303, '/portal/closed']);
  });
});

describe('My account', () => {
  test('T110: connects another way to sign in by the password, and never disconnects the last one', async () => {
    const email = await portal.developer();
    const [who, { subject }] = [await portal.signedIn(email), colleague()];
    const path = '/portal/account/sign-ins';
    expect(
      (await who.post(path, { connect: 'acme', currentPassword: 'wrong one, quite wrong' })).status,
    ).toBe(422);
    const there = await whereTo(await who.post(path, { connect: 'acme', currentPassword: PASSWORD }));
    expect(landsOn(await who.get(await signInThere(there, subject)))).toEqual([303, FINISH]);
    expect(await identitiesOf(email)).toEqual([]);
    expect(landsOn(await finish(who))).toEqual([303, '/portal/account?done=connected']);
    expect(await identitiesOf(email)).toEqual([subject]);
    expect(await who.reads('/portal/account')).toContain('Connected: Acme');
    const elsewhere = portal.visitor();
    expect(landsOn(await signInWith(elsewhere, subject))).toEqual([303, '/portal']);
    const disconnect = `${company.issuer} ${subject}`;
    // The other one of two tabs disconnects what it shows, and nothing else.
    expect((await who.post(path, { disconnect: `${disconnect}0`, currentPassword: PASSWORD })).status).toBe(
      200,
    );
    expect(await identitiesOf(email)).toEqual([subject]);
    await who.post(path, { disconnect, currentPassword: PASSWORD });
    expect(await identitiesOf(email)).toEqual([]);
    expect(await portal.isSignedIn(elsewhere)).toBe(false);
    expect(await portal.isSignedIn(who)).toBe(true);
    await portal.mailTo(email, /Acme was disconnected/);
  });

  test('T110: keeps the last way to sign in, also beside one of a provider that the settings no longer have', async () => {
    const { who, subject, email } = await connected();
    await signInWith(who, subject, { fields: { purpose: 'again', page: 'sign-ins' } });
    const path = '/portal/account/sign-ins';
    for (const issuer of [null, 'https://former.example']) {
      if (issuer)
        await app.sql`insert into account_identities
          (service_id, issuer, subject, account_id, provider, kind, shown_name, linked_at, last_used_at)
          select service_id, ${issuer}::text, ${subject}::text, id, 'acme', 'OpenIdConnect', 'ann', now(), now()
          from accounts where email = ${email}`;
      const answer = await who.post(path, { disconnect: `${company.issuer} ${subject}` });
      expect(textOf(await answer.text())).toContain('your only way to sign in');
    }
    expect((await who.post(path, { disconnect: `https://former.example ${subject}` })).status).toBe(303);
    expect(await identitiesOf(email)).toEqual([subject]);
  });

  test('T111: “This wasn’t me” disconnects what another person connected', async () => {
    const email = await portal.developer();
    const who = portal.visitor();
    const { subject } = colleague({ email });
    await signInWith(who, subject);
    await finish(who, { password: PASSWORD });
    const ticket = await portal.ticketTo(email, /Acme was connected/);
    expect((await portal.visitor().post('/account/secure', { ticket })).status).toBe(200);
    expect(await identitiesOf(email)).toEqual([]);
    expect(await portal.isSignedIn(who)).toBe(false);
  });
});

describe('an attempt', () => {
  test('T109: works once, and only in the browser where it began', async () => {
    const { who, subject } = await connected();
    const path = await signInThere(await whereTo(await who.post('/portal/sign-in/acme')), subject);
    const stranger = portal.visitor();
    expect((await stranger.get(path)).status).toBe(410);
    await stranger.post('/portal/sign-in/acme');
    expect((await stranger.get(path)).status).toBe(410);
    expect(await portal.isSignedIn(stranger)).toBe(false);
    expect(landsOn(await who.get(path))).toEqual([303, '/portal']);
    expect((await who.get(path)).status).toBe(410);
  });

  test('T109: that the person cancels there leads back to the sign-in page', async () => {
    expect(landsOn(await signInWith(portal.visitor(), ''))).toEqual([303, '/portal/sign-in']);
  });

  test('T112: says so while the provider is down, and changes nothing', async () => {
    const who = portal.visitor();
    const { subject } = await connected();
    const path = await signInThere(await whereTo(await who.post('/portal/sign-in/acme')), subject);
    company.setDown(true);
    try {
      const answer = await who.get(path);
      expect([answer.status, textOf(await answer.text())]).toEqual([
        503,
        expect.stringContaining('Acme doesn’t answer'),
      ]);
    } finally {
      company.setDown(false);
    }
    // It is used up: no second answer is tried on it.
    expect((await who.get(path)).status).toBe(410);
    expect(await portal.isSignedIn(who)).toBe(false);
  });

  test('T112: isn’t begun or ended by another site’s form', async () => {
    const who = portal.visitor();
    const crossSite = { 'sec-fetch-site': 'cross-site' };
    for (const path of ['/portal/sign-in/acme', FINISH])
      expect((await who.post(path, {}, crossSite)).status, path).toBe(403);
  });
});
