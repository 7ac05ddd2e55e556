import { describe, expect, test } from 'vitest';
import { writeMoment } from '../../src/mail/templates/value.ts';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';
import { textOf, type Visitor, withoutOwnScript } from '../support/visitor.ts';

const DAY_MS = 86_400_000;
const OTHER_PASSWORD = 'another four quiet chairs';

const app = forAllTests(() =>
  startTestApp({ TRUSTED_PROXIES: '127.0.0.1', SECOND_OPERATOR_FOR: 'accounts/delete' }),
);
const portal = createPortalDriver(app);

const accountOf = async (email: string) =>
  (await app.sql`select * from accounts where email_canonical = ${email} order by registered_at desc`)[0];
const page = async (answer: Response) => [answer.status, textOf(await answer.text())] as const;
/** The page that the answer of a form leads to. */
async function landing(who: Visitor, answer: Response): Promise<string> {
  expect(answer.status).toBe(303);
  return who.reads(answer.headers.get('location') ?? '');
}
async function signedIn() {
  const email = await portal.developer();
  return { email, who: await portal.signedIn(email) };
}

describe('the account page', () => {
  test('is shown only to a developer who is signed in', async () => {
    for (const path of ['', '/email', '/password', '/close']) {
      const answer = await portal.visitor().get(`/portal/account${path}`);
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/portal/sign-in']);
    }
    for (const path of ['/names', '/email', '/email/call-off', '/password', '/sessions/end', '/close']) {
      const answer = await portal.visitor().post(`/portal/account${path}`, { firstName: 'Eve' });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/portal/sign-in']);
    }
  });

  test('does not show what operators wrote', async () => {
    const { email, who } = await signedIn();
    await app.sql`update accounts set note = 'canary note', state_reason = 'canary reason' where email = ${email}`;
    expect(await who.reads('/portal/account')).not.toContain('canary');
  });

  test('T30: changes only the developer’s own account when its form names another', async () => {
    const [mine, other] = [await signedIn(), await signedIn()];
    const { id } = (await accountOf(other.email)) ?? {};
    const answer = await mine.who.post('/portal/account/names', {
      firstName: 'Mine',
      lastName: 'Lee',
      accountId: id,
      id,
      email: other.email,
    });
    expect(await landing(mine.who, answer)).toContain('Your name is saved.');
    expect(await accountOf(mine.email)).toMatchObject({ first_name: 'Mine' });
    expect(await accountOf(other.email)).toMatchObject({ first_name: 'Ann' });
  });

  test('keeps hostile names as they were typed, and shows them as text', async () => {
    const { email, who } = await signedIn();
    const name = '<script>alert(1)</script>" onfocus="x';
    await landing(who, await who.post('/portal/account/names', { firstName: name, lastName: 'Lee' }));
    const html = await (await who.get('/portal/account')).text();
    expect(withoutOwnScript(html)).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot; onfocus=&quot;x');
    expect(await accountOf(email)).toMatchObject({ first_name: name });
  });

  test('says beside the field that a name is missing, also when it shows nothing', async () => {
    const { who } = await signedIn();
    const answer = await who.post('/portal/account/names', { firstName: ' ', lastName: '\u200b' });
    const html = await answer.text();
    expect(answer.status).toBe(422);
    expect(html).toMatch(/id="firstName-fault">First name is needed; one name is enough\./);
  });

  test('takes one name, in either field, as the first name', async () => {
    const { who, email } = await signedIn();
    await who.post('/portal/account/names', { firstName: '', lastName: ' Su\u200bharto ' });
    const [names] = await app.sql`select first_name, last_name from accounts where email = ${email}`;
    expect(names).toEqual({ first_name: 'Suharto', last_name: '' });
    expect(await who.reads('/portal')).toContain('Hello Suharto');
  });

  test('confirms a change in our own words only', async () => {
    const { who } = await signedIn();
    for (const done of ['<b>x', '__proto__', 'constructor', 'toString'])
      expect(await who.reads(`/portal/account?done=${encodeURIComponent(done)}`)).not.toMatch(
        /<b>x|\[native/,
      );
  });
});

describe('a change of email', () => {
  const change = (who: Visitor, email: string, currentPassword = PASSWORD) =>
    who.post('/portal/account/email', { email, currentPassword });

  test('takes effect once it is confirmed, is announced to the current email at once, and ends every session', async () => {
    const { email, who } = await signedIn();
    const next = portal.newAddress();
    expect((await page(await change(who, next)))[1]).toContain(`We’ve mailed a link to ${next}`);
    expect(await who.reads('/portal/account')).toContain(`${next} replaces it`);
    await portal.mailTo(email, /Email change requested/);
    expect(await portal.isSignedIn(who)).toBe(true);
    const ticket = await portal.ticketTo(next, /confirm/);
    expect((await portal.visitor().post('/email/confirm', { ticket })).status).toBe(200);
    await portal.mailTo(email, /was changed/);
    expect(await portal.isSignedIn(who)).toBe(false);
    expect((await portal.signIn(portal.visitor(), email)).status).toBe(422);
    expect((await portal.signIn(portal.visitor(), next)).status).toBe(303);
  });

  test('needs the current password', async () => {
    const { email, who } = await signedIn();
    const next = portal.newAddress();
    const [status, words] = await page(await change(who, next, OTHER_PASSWORD));
    expect([status, words]).toEqual([422, expect.stringContaining('This is not your current password.')]);
    expect(await accountOf(email)).toMatchObject({ version: 2 });
    expect(await app.sql`select 1 from tickets where email = ${next}`).toHaveLength(0);
  });

  test('T13: to an email that another account has gets the same answer, and only its owner is told', async () => {
    const { email, who } = await signedIn();
    const [taken, free] = [await portal.developer(), portal.newAddress()];
    const shown = new Set<string>();
    for (const wanted of [taken, free]) {
      const answer = await change(who, wanted);
      shown.add(`${answer.status} ${(await answer.text()).replaceAll(wanted, 'X')}`);
      shown.add(
        (await who.reads('/portal/account')).replaceAll(wanted, 'X').replace(/[Ll]ast used .*?UTC/g, ''),
      );
    }
    expect(shown.size).toBe(2);
    const told = await portal.mailTo(taken, /already have a/);
    expect(told.text).not.toContain('ticket=');
    expect(told.text).not.toContain(email);
    await portal.ticketTo(free, /confirm/);
    expect(await accountOf(taken)).toMatchObject({ state: 'active' });
  });

  test('can be cancelled, and its link then no longer works', async () => {
    const { who } = await signedIn();
    const next = portal.newAddress();
    await change(who, next);
    const ticket = await portal.ticketTo(next, /confirm/);
    const answer = await who.post('/portal/account/email/call-off');
    expect(await landing(who, answer)).toContain('Your email stays as it is');
    expect((await portal.visitor().post('/email/confirm', { ticket })).status).toBe(410);
  });

  test('T12: to a malformed email is refused beside the field, and sends no mail', async () => {
    const { who } = await signedIn();
    const [status, words] = await page(await change(who, 'a@x.com,b@x.com'));
    expect([status, words]).toEqual([422, expect.stringContaining('there is more than one @')]);
    expect(await app.sql`select 1 from tickets where email like '%x.com%'`).toHaveLength(0);
  });
});

describe('a change of password', () => {
  const change = (who: Visitor, password: string, currentPassword = PASSWORD) =>
    who.post('/portal/account/password', { currentPassword, password });

  test('T8: ends every other session and link, renews this session, and is mailed to the developer', async () => {
    const { email, who } = await signedIn();
    const elsewhere = await portal.signedIn(email);
    await portal.visitor().post('/password/forgot', { email });
    const ticket = await portal.ticketTo(email, /password/i, (mail) => !/changed|Welcome/.test(mail.subject));
    const before = who.cookies.get('apim-user-session');
    const answer = await change(who, OTHER_PASSWORD);
    expect(await landing(who, answer)).toContain('Password changed. You’ve been signed out everywhere else.');
    expect(who.cookies.get('apim-user-session')).not.toBe(before);
    expect([await portal.isSignedIn(who), await portal.isSignedIn(elsewhere)]).toEqual([true, false]);
    expect((await portal.visitor().post('/password/reset', { ticket, password: PASSWORD })).status).toBe(410);
    expect((await portal.signIn(portal.visitor(), email)).status).toBe(422);
    expect((await portal.signIn(portal.visitor(), email, OTHER_PASSWORD)).status).toBe(303);
    await portal.mailTo(email, /password was changed/);
  });

  test('T22: follows the password rule, and needs the current password', async () => {
    const { email, who } = await signedIn();
    const tries: [string, string, RegExp][] = [
      ['short', PASSWORD, /Use at least 15 characters/],
      ['passwordpassword', PASSWORD, /first passwords anyone would try/],
      [`${email}!!`, PASSWORD, /little more than an email or a name/],
      [OTHER_PASSWORD, 'not this one at all', /This is not your current password/],
      [PASSWORD, PASSWORD, /That’s your current password\. Choose a new one\./],
    ];
    for (const [password, current, words] of tries)
      expect(await page(await change(who, password, current))).toEqual([422, expect.stringMatching(words)]);
    expect((await portal.signIn(portal.visitor(), email)).status).toBe(303);
  });

  test('by a mailed link refuses the current password too, however it is typed, and the link still works', async () => {
    const decomposed = 'drei Stühle im Café und Gärten'.normalize('NFD');
    const { email, who } = await signedIn();
    expect((await change(who, decomposed)).status).toBe(303);
    await portal.visitor().post('/password/forgot', { email });
    const ticket = await portal.ticketTo(email, /password/i, (mail) => !/changed|Welcome/.test(mail.subject));
    const reset = (password: string) => portal.visitor().post('/password/reset', { ticket, password });
    for (const password of [decomposed, decomposed.normalize('NFC')])
      expect(await page(await reset(password))).toEqual([
        422,
        expect.stringContaining('That’s your current password. Choose a new one.'),
      ]);
    expect(await portal.isSignedIn(who)).toBe(true);
    expect((await reset(OTHER_PASSWORD)).status).toBe(200);
    expect((await portal.signIn(portal.visitor(), email, OTHER_PASSWORD)).status).toBe(303);
  });

  test('T35: is refused after ten wrong guesses at the current password', async () => {
    const { email, who } = await signedIn();
    const statuses = [];
    for (let at = 0; at < 11; at++) statuses.push((await change(who, OTHER_PASSWORD, `guess ${at}`)).status);
    expect(statuses).toEqual([...Array(10).fill(422), 429]);
    expect((await portal.signIn(portal.visitor(), email)).status).toBe(303);
  });

  test('T2: counts once when many run at once, and leaves one session', async () => {
    const { email, who } = await signedIn();
    const wanted = Array.from({ length: 8 }, (_, at) => `quite another password ${at}`);
    const answers = await Promise.all(wanted.map((password) => change(who, password)));
    expect(answers.filter((answer) => answer.status === 303 && answer.headers.get('set-cookie'))).not.toEqual(
      [],
    );
    const { id } = (await accountOf(email)) ?? {};
    expect(await app.sql`select 1 from sessions where account_id = ${id}`).toHaveLength(1);
    const works = [];
    for (const password of wanted) {
      await app.sql`truncate rate_limits`;
      if ((await portal.signIn(portal.visitor(), email, password)).status === 303) works.push(password);
    }
    expect(works).toHaveLength(1);
  });
});

describe('the list of sessions', () => {
  test('can end each session by itself, and all others together', async () => {
    const { email, who } = await signedIn();
    const [phone, desk, library] = [
      await portal.signedIn(email),
      await portal.signedIn(email),
      await portal.signedIn(email),
    ];
    const html = await (await who.get('/portal/account')).text();
    expect(textOf(html)).toContain('Chrome on Linux This browser');
    const ids = [...html.matchAll(/name="session" value="([\w-]+)"/g)].map((match) => match[1] ?? '');
    expect(ids).toHaveLength(3);
    const answer = await who.post('/portal/account/sessions/end', { session: ids[0] ?? '' });
    expect(await landing(who, answer)).toContain('That browser is signed out.');
    const alive = [];
    for (const one of [phone, desk, library]) alive.push(await portal.isSignedIn(one));
    expect(alive.filter(Boolean)).toHaveLength(2);
    expect(await landing(who, await who.post('/portal/account/sessions/end-others'))).toContain(
      'signed out everywhere else',
    );
    for (const one of [phone, desk, library]) expect(await portal.isSignedIn(one)).toBe(false);
    expect(await portal.isSignedIn(who)).toBe(true);
  });

  test('T30: can’t end the session of another developer', async () => {
    const [mine, other] = [await signedIn(), await signedIn()];
    const { id } = (await accountOf(other.email)) ?? {};
    const [session] = await app.sql<{ id: string }[]>`select id from sessions where account_id = ${id}`;
    for (const one of [session?.id ?? '', 'no id', ''])
      expect((await mine.who.post('/portal/account/sessions/end', { session: one })).status).toBe(303);
    expect(await portal.isSignedIn(other.who)).toBe(true);
  });
});

describe('closing the account', () => {
  const close = (who: Visitor, currentPassword = PASSWORD) =>
    who.post('/portal/account/close', { currentPassword });

  test('needs the password and no second operator, and tells the developer and the operators', async () => {
    const { email, who } = await signedIn();
    expect((await close(who, OTHER_PASSWORD)).status).toBe(422);
    expect(await portal.isSignedIn(who)).toBe(true);
    const answer = await close(who);
    expect(await landing(who, answer)).toContain('Your account is closed');
    expect(who.cookies.size).toBe(0);
    expect(await accountOf(email)).toMatchObject({
      state: 'deleted',
      state_reason: 'closed by the developer',
    });
    expect((await portal.signIn(portal.visitor(), email)).status).toBe(422);
    const { text } = await portal.mailTo(email, /account is closed/);
    const restorableUntil = /Until (\w+, \d+ \w+ \d{4}, \d\d:\d\d UTC), we can restore the account/.exec(
      text,
    )?.[1];
    const { deleted_at: closedAt } = (await accountOf(email)) ?? {};
    expect(restorableUntil).toBe(writeMoment(new Date(Number(closedAt) + 7 * DAY_MS)));
    await eventually('a notice in the approvals channel', () =>
      app.as('approver').canRead(new RegExp(`${email}.*closed their account`, 's')),
    );
  });

  test('can be undone by an admin, and no session comes back with it', async () => {
    const { email, who } = await signedIn();
    await close(who);
    const { id } = (await accountOf(email)) ?? {};
    const admin = app.as('admin');
    await admin.types(`/apim-user restore ${id}`);
    await admin.sees(/blocked/);
    await admin.types(`/apim-user activate ${email}`);
    await admin.sees(/Activated/);
    expect(await portal.isSignedIn(who)).toBe(false);
    expect((await portal.signIn(portal.visitor(), email)).status).toBe(303);
  });
});

test('T33: every form of the account page is refused from another site', async () => {
  const { email, who } = await signedIn();
  const fields = { firstName: 'Eve', lastName: 'Il', email: 'eve@evil.example', currentPassword: PASSWORD };
  const paths = [
    'names',
    'email',
    'email/call-off',
    'password',
    'sessions/end',
    'sessions/end-others',
    'close',
    'prove',
    'mail-proof',
  ];
  const before = await accountOf(email);
  for (const path of paths) {
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'null' }, {}] as Record<
      string,
      string
    >[])
      expect((await who.post(`/portal/account/${path}`, fields, headers)).status).toBe(403);
    expect((await who.get(`/portal/account/${path}`)).status).not.toBe(500);
  }
  expect(await accountOf(email)).toEqual(before);
  expect(await portal.isSignedIn(who)).toBe(true);
});
