import { afterEach, describe, expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';
import { textOf } from '../support/visitor.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const app = forAllTests(() => startTestApp({ TRUSTED_PROXIES: '127.0.0.1', SIGN_UP: 'approval' }, { clock }));
const portal = createPortalDriver(app);
let aheadMs = 0;
const clock = () => new Date(Date.now() + aheadMs);
afterEach(() => {
  aheadMs = 0;
});

const CONFIRM = /confirm your email for/i;
const signUp = (email: string, names: Record<string, string> = {}) =>
  portal.visitor().post('/portal/sign-up', { email, firstName: 'Ann', lastName: 'Lee', ...names });
const confirm = (ticket: string, password = PASSWORD) =>
  portal.visitor().post('/email/confirm', { ticket, password });
const accountOf = async (email: string) =>
  (
    await app.sql`select * from accounts where email_canonical = ${email.toLowerCase()} and state <> 'deleted'`
  )[0];
const stateOf = async (email: string) => (await accountOf(email))?.state as string | undefined;
async function signedUp(email = portal.newAddress()) {
  expect((await signUp(email)).status).toBe(200);
  return { email, ticket: await portal.ticketTo(email, CONFIRM) };
}
async function confirmed() {
  const { email, ticket } = await signedUp();
  expect((await confirm(ticket)).status).toBe(200);
  return email;
}
/** Waits until every job is done. */
const allDone = () =>
  eventually('all jobs to be done', async () => {
    const [row] = await app.sql`select count(*)::int as left from graphile_worker._private_jobs
      where run_at <= now() and attempts < max_attempts`;
    return row?.left === 0;
  });
/** Runs what the schedule runs each minute. */
async function minute(): Promise<void> {
  const [job] = await app.sql`select id from graphile_worker.add_job('every-minute')`;
  await eventually(
    'the minute',
    async () => (await app.sql`select 1 from graphile_worker.jobs where id = ${job?.id}`).length === 0,
  );
}
const shownTo = async (answer: Response, email: string) => {
  const headers = Object.fromEntries(answer.headers);
  for (const name of ['date', 'x-request-id', 'content-length']) delete headers[name];
  return JSON.stringify([answer.status, headers, (await answer.text()).replaceAll(email, 'EMAIL')]);
};
const cardsWith = (email: string) =>
  app
    .as('approver')
    .channel('approvals')
    .filter((message) => message.text().includes(email));

describe('signing up where an operator must approve', () => {
  test('makes a pending account; its link sets the password and posts the card, and Activate opens it', async () => {
    const { email, ticket } = await signedUp();
    expect(await accountOf(email)).toMatchObject({ state: 'pending', password_hash: null });
    await allDone();
    expect(cardsWith(email)).toEqual([]);
    const page = textOf(await (await confirm(ticket)).text());
    expect(page).toContain('Example Corp still has to approve your account');
    expect((await portal.signIn(portal.visitor(), email)).status).toBe(403);
    await eventually('the card', () => cardsWith(email)[0]);
    await app.as('approver').clicks(/Activate Ann Lee/);
    await portal.mailTo(email, /account is active/);
    expect(await portal.isSignedIn(await portal.signedIn(email))).toBe(true);
  });

  test('stays pending when an operator approves it before the email is confirmed', async () => {
    const { email, ticket } = await signedUp();
    const admin = app.as('admin');
    await admin.types(`/apim-user activate ${email}`);
    await admin.sees(/becomes active when the email is confirmed/);
    expect(await stateOf(email)).toBe('pending');
    await admin.types(`/apim-user activate ${email}`);
    await admin.sees(/Nothing changed: this account is \*pending\* since/);
    expect(textOf(await (await confirm(ticket)).text())).toContain('Next: sign in');
    await portal.mailTo(email, /Welcome/);
    await portal.signedIn(email);
  });

  test('tells the developer at sign-in that approval is missing, and tells a stranger nothing', async () => {
    const email = await confirmed();
    const known = await portal.signIn(portal.visitor(), email);
    expect([known.status, textOf(await known.text())]).toEqual([
      403,
      expect.stringContaining('still has to approve your account'),
    ]);
    expect((await portal.signIn(portal.visitor(), email, 'nobody ever chose this one')).status).toBe(422);
  });

  test('is pending again after a block that came before the approval', async () => {
    const email = await confirmed();
    const admin = app.as('admin');
    await admin.types(`/apim-user block ${email} for 1h who is this`);
    await admin.sees(/Blocked/);
    aheadMs = 2 * HOUR_MS;
    await minute();
    expect(await stateOf(email)).toBe('pending');
    expect((await portal.signIn(portal.visitor(), email)).status).toBe(403);
    const mails = app.inbox.mails().filter((mail) => mail.to.includes(email) && CONFIRM.test(mail.subject));
    expect(mails).toHaveLength(1);
  });
});

describe('the password of a sign-up', () => {
  test('T21: is chosen behind the link, and a refused one does not use the link up', async () => {
    const { email, ticket } = await signedUp();
    for (const password of ['short', 'passwordpassword', `${email}!!`, '']) {
      const answer = await confirm(ticket, password);
      expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('password-fault')]);
    }
    const none = await portal.visitor().post('/email/confirm', { ticket });
    expect(none.status).toBe(422);
    expect(await accountOf(email)).toMatchObject({ email_confirmed_at: null, password_hash: null });
    expect((await confirm(ticket)).status).toBe(200);
    expect((await confirm(ticket)).status).toBe(410);
  });

  test('is chosen by the owner of the email, also when another person signed it up first', async () => {
    const email = portal.newAddress();
    // A person without the mailbox can only give names.
    await signUp(email, { firstName: 'Eve', password: 'the password of the attacker' });
    await portal.ticketTo(email, CONFIRM);
    await signUp(email, { firstName: 'Ann' });
    const tickets = await eventually('two links', () => {
      const found = app.inbox.mails().filter((mail) => mail.to.includes(email) && CONFIRM.test(mail.subject));
      return found.length === 2 ? found.map((mail) => /ticket=([\w-]{43})/.exec(mail.text)?.[1] ?? '') : null;
    });
    const statuses = [];
    for (const ticket of tickets) statuses.push((await confirm(ticket)).status);
    expect(statuses.sort()).toEqual([200, 410]);
    expect(await accountOf(email)).toMatchObject({ first_name: 'Ann' });
    for (const password of ['the password of the attacker', PASSWORD]) {
      const answer = await portal.signIn(portal.visitor(), email, password);
      expect(answer.status).toBe(password === PASSWORD ? 403 : 422);
    }
  });
});

describe('the sign-up page and a stranger', () => {
  test('T13: gives the same answer for every email, and only its mailbox shows the difference', async () => {
    const known = await portal.developer();
    const waiting = await confirmed();
    const blocked = await portal.developer();
    const admin = app.as('admin');
    await admin.types(`/apim-user block ${blocked} a leaked key`);
    await admin.sees(/Blocked/);
    const invited = portal.newAddress();
    await admin.types(`/apim-user invite ${invited}`);
    await portal.mailTo(invited, /invited/);
    const shown = new Set<string>();
    for (const email of [known, waiting, blocked, invited, portal.newAddress()])
      shown.add(await shownTo(await signUp(email), email));
    expect([...shown]).toHaveLength(1);
    await allDone();
    for (const [email, subject] of [
      [known, /already have an account/],
      [waiting, /waiting for approval/],
      [blocked, /is blocked/],
    ] as const) {
      const mail = await portal.mailTo(email, subject);
      expect(mail.text).not.toContain('ticket=');
    }
    const again = await eventually('the invitation again', () => {
      const mails = app.inbox.mails().filter((mail) => mail.to.includes(invited));
      return mails.length === 2 ? mails : null;
    });
    expect(again.every((mail) => /invited/.test(mail.subject))).toBe(true);
    expect(await accountOf(invited)).toBeUndefined();
    expect(await accountOf(blocked)).toMatchObject({ state: 'blocked', first_name: 'Ann' });
  });

  test('T13: takes as long for a known email as for an unknown one', { timeout: 120_000 }, async () => {
    const people = { known: await portal.developer(), unknown: portal.newAddress() };
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
    const sample = async () => {
      for (let round = 0; round < 60; round++) {
        await app.sql`truncate rate_limits`;
        for (const kind of round % 2 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const)) {
          const startedAt = performance.now();
          await signUp(people[kind]);
          times[kind].push(performance.now() - startedAt);
        }
      }
      const [known = 0, unknown = 0] = Object.values(times).map((all) => all.sort((x, y) => x - y)[30]);
      return Math.abs(known - unknown) < Math.max(25, known * 0.5);
    };
    expect((await sample()) || (await sample()) || (await sample())).toBe(true);
    await allDone();
  });

  test('T34: gives the same answer to the fourth sign-up of one email within an hour, and sends no mail', async () => {
    const email = portal.newAddress();
    const shown = new Set<string>();
    for (let at = 0; at < 5; at++) shown.add(await shownTo(await signUp(email), email));
    expect([...shown]).toHaveLength(1);
    await allDone();
    const mails = app.inbox.mails().filter((mail) => mail.to.includes(email));
    expect(mails.length).toBeLessThanOrEqual(3);
    expect(mails.length).toBeGreaterThan(0);
  });

  test('T34: refuses the eleventh sign-up from one client within an hour', async () => {
    const who = portal.visitor();
    const statuses = [];
    for (let at = 0; at < 11; at++) {
      const wish = { email: portal.newAddress(), firstName: 'Ann', lastName: 'Lee' };
      statuses.push((await who.post('/portal/sign-up', wish)).status);
    }
    expect(statuses).toEqual([...Array(10).fill(200), 429]);
  });
});

describe('the sign-up form', () => {
  test('shows every mistake at once, each beside its field, and keeps what was typed', async () => {
    const answer = await signUp('ann@localhost', { firstName: `Lee"><b>${'e'.repeat(100)}`, lastName: ' ' });
    const html = await answer.text();
    expect(answer.status).toBe(422);
    expect(html).toContain('value="ann@localhost"');
    expect(html).toContain('value="Lee&quot;&gt;&lt;b&gt;eee');
    expect(html).toMatch(/id="email-fault">Email: there is no full domain after the @/);
    expect(html).toMatch(/id="firstName-fault">First name: at most 100 characters\./);
  });

  test('T30: ignores other fields, so a developer can’t make an account active or change another', async () => {
    const email = portal.newAddress();
    await signUp(email, {
      state: 'active',
      signUpApprovedAt: '2026-01-01',
      accountId: 'mine',
      role: 'admin',
    });
    await portal.ticketTo(email, CONFIRM);
    expect(await accountOf(email)).toMatchObject({ state: 'pending', sign_up_approved_at: null });
  });

  test('T33: makes no account from another site', async () => {
    const email = portal.newAddress();
    const wish = { email, firstName: 'Ann', lastName: 'Lee' };
    const answer = await portal.visitor().post('/portal/sign-up', wish, { 'sec-fetch-site': 'cross-site' });
    expect(answer.status).toBe(403);
    await allDone();
    expect(await accountOf(email)).toBeUndefined();
  });
});

test('a sign-up that was not confirmed is erased after seven days, and a confirmed one stays', async () => {
  const { email: lost } = await signedUp();
  const kept = await confirmed();
  const [{ id } = { id: '' }] = await app.sql<
    { id: string }[]
  >`select id from accounts where email = ${lost}`;
  aheadMs = 7 * DAY_MS - 60_000;
  await minute();
  expect(await stateOf(lost)).toBe('pending');
  aheadMs = 7 * DAY_MS + 60_000;
  await minute();
  const [row] = await app.sql`select * from accounts where id = ${id}`;
  expect(row).toMatchObject({ state: 'deleted', email: '', first_name: '', last_name: '' });
  expect(await stateOf(kept)).toBe('pending');
  await allDone();
  expect(app.inbox.mails().filter((mail) => mail.to.includes(lost))).toHaveLength(1);
});
