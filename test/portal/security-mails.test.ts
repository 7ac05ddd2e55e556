// Mails about a developer's own security, and the link "This wasn't me" in them.
import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';
import { textOf, type Visitor } from '../support/visitor.ts';

const PATH = '/account/secure';
const OTHER_PASSWORD = 'another four quiet chairs';

const app = forAllTests(() => startTestApp({ TRUSTED_PROXIES: '127.0.0.1' }));
const portal = createPortalDriver(app);
beforeAll(async () => {
  await portal.publishes('Starter');
});

async function signedIn() {
  const email = await portal.developer();
  // The reset that chose the password was told too.
  await portal.mailTo(email, /password was changed/);
  return { email, who: await portal.signedIn(email) };
}
const ticketIn = (mail: { text: string }) => /secure\?ticket=([\w-]{43})/.exec(mail.text)?.[1] ?? '';
const press = (ticket: string) => portal.visitor().post(PATH, { ticket });
const changePassword = (who: Visitor) =>
  who.post('/portal/account/password', { currentPassword: PASSWORD, password: OTHER_PASSWORD });
/** The newest mail about a changed password, once `count` of them came. */
const passwordMail = (email: string, count: number) =>
  eventually(`${count} mails about the password`, () => {
    const all = app.inbox
      .mails()
      .filter((one) => one.to.includes(email) && /password was changed/.test(one.subject));
    return all.length >= count ? all.at(-1) : undefined;
  });

describe('"This wasn\'t me"', () => {
  test('T10: opened any number of times, changes nothing; pressed, it ends all access and mails a reset', async () => {
    const { email, who } = await signedIn();
    const thief = await portal.signedIn(email);
    expect((await changePassword(thief)).status).toBe(303);
    const ticket = ticketIn(await passwordMail(email, 2));
    expect(await portal.isSignedIn(who)).toBe(false);
    for (let at = 0; at < 20; at++) {
      const answer = await portal.visitor().get(`${PATH}?ticket=${ticket}`);
      expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null]);
    }
    expect(await portal.isSignedIn(thief)).toBe(true);

    const answer = await press(ticket);
    expect([answer.status, textOf(await answer.text())]).toEqual([
      200,
      expect.stringContaining('Check your inbox'),
    ]);

    expect(await portal.isSignedIn(thief)).toBe(false);
    for (const password of [PASSWORD, OTHER_PASSWORD])
      expect((await portal.signIn(portal.visitor(), email, password)).status).toBe(422);
    const reset = await portal.ticketTo(email, /Choose a new password/);
    const owner = portal.visitor();
    expect((await owner.post('/password/reset', { ticket: reset, password: PASSWORD })).status).toBeLessThan(
      400,
    );
    expect((await portal.signIn(portal.visitor(), email)).status).toBe(303);
  });

  test('T1: works once, of twenty presses at once too', async () => {
    const { email, who } = await signedIn();
    await changePassword(who);
    const ticket = ticketIn(await passwordMail(email, 2));
    const answers = await Promise.all(Array.from({ length: 20 }, () => press(ticket)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(textOf(await (await press(ticket)).text())).toContain('already used this link');
    expect(
      app.inbox.mails().filter((one) => one.to.includes(email) && /Choose a new password/.test(one.subject))
        .length,
    ).toBeLessThanOrEqual(1);
  });

  test('cancels a new email that someone else asked for', async () => {
    const { email, who } = await signedIn();
    const wanted = portal.newAddress();
    await who.post('/portal/account/email', { email: wanted, currentPassword: PASSWORD });
    const confirmation = await portal.ticketTo(wanted, /confirm the new email/);
    const ticket = ticketIn(await portal.mailTo(email, /Email change requested/));
    expect((await press(ticket)).status).toBe(200);
    expect((await portal.visitor().post('/email/confirm', { ticket: confirmation })).status).toBe(410);
    const [account] = await app.sql`select email from accounts where email_canonical = ${email}`;
    expect(account?.email).toBe(email);
  });

  test('is in the mail about a key that was replaced in the portal, and operators hear of the press', async () => {
    const { email, who } = await signedIn();
    await who.post('/portal/products/starter', { name: 'Shop' });
    const [row] = await app.sql<{ id: string }[]>`
      select s.id from subscriptions s join accounts a on a.id = s.account_id where a.email = ${email}`;
    await who.post(`/portal/subscriptions/${row?.id}/new-key`, { slot: 'secondary' });
    const mail = await portal.mailTo(email, /New secondary key for your subscription to Starter/);
    expect(mail.text).not.toMatch(/apim_\w/);
    expect((await press(ticketIn(mail))).status).toBe(200);
    expect(await portal.isSignedIn(who)).toBe(false);
    await app.as('approver').goesTo('approvals');
    await app.as('approver').sees(/locked others out of their account/);
  });

  test('is in the mail about a sign-in link that was used in a new browser, and in none for a known one', async () => {
    const email = await portal.developer();
    const link = async () => {
      const ticket = randomBytes(32).toString('base64url');
      const hash = createHash('sha256').update(ticket).digest('hex');
      await app.sql`insert into tickets (service_id, id, purpose, hash, account_id, email, created_at, expires_at)
        select service_id, ${crypto.randomUUID()}, 'sign-in', ${hash}, id, email, now(), now() + interval '5 minutes'
        from accounts where email = ${email}`;
      return ticket;
    };
    const who = portal.visitor();
    expect((await who.post('/portal/sign-in/link', { ticket: await link() })).status).toBe(303);
    const mail = await portal.mailTo(email, /New sign-in/);
    await portal.visitor().post('/portal/sign-in/link', { ticket: await link() });
    const mails = await app.sql`select 1 from mails m join accounts a on a.id = m.account_id
      where a.email = ${email} and m.template = 'SignInLinkUsed'`;
    expect(mails).toHaveLength(1);
    expect((await press(ticketIn(mail))).status).toBe(200);
    expect(await portal.isSignedIn(who)).toBe(false);
  });
});
