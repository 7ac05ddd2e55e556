import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import {
  createVisitor,
  newClientAddress,
  textOf,
  type Visitor,
  withoutOwnScript,
} from '../support/visitor.ts';

const PASSWORD = 'three quiet garden chairs';
const OTHER_PASSWORD = 'another four quiet chairs';
const WRONG = 'nobody ever chose this one';
const COOKIE = 'apim-user-session';
const HOUR_MS = 3_600_000;

let app: TestApp;
let second: TestApp;
let aheadMs = 0;
beforeAll(async () => {
  const clock = () => new Date(Date.now() + aheadMs);
  app = await startTestApp({ TRUSTED_PROXIES: '127.0.0.1' }, { clock });
  second = await startTestApp({ TRUSTED_PROXIES: '127.0.0.1' }, { clock, beside: app });
}, 60_000);
afterAll(async () => {
  await second?.close();
  await app?.close();
});
afterEach(() => {
  aheadMs = 0;
});

let count = 0;
const newAddress = () => `person${++count}@example.com`;
const visitor = (address?: string) => createVisitor(app, address);
const ticketTo = async (address: string, subject: RegExp) => {
  const mail = await eventually(`a mail to ${address}`, () =>
    app.inbox.mails().findLast((one) => one.to.includes(address) && subject.test(one.subject)),
  );
  return /ticket=([\w-]{43})/.exec(mail.text)?.[1] ?? '';
};
/** An account with `PASSWORD`, which its developer chose. */
async function developer(address = newAddress()): Promise<string> {
  await app.as('admin').types(`/apim-user add ${address} Ann Lee`);
  const ticket = await ticketTo(address, /Welcome/);
  const done = await visitor().post('/password/reset', { ticket, password: PASSWORD });
  expect(done.status).toBe(200);
  return address;
}
const signIn = (who: Visitor, email: string, password = PASSWORD) =>
  who.post('/portal/sign-in', { email, password });
async function signedIn(email: string, address?: string): Promise<Visitor> {
  const who = visitor(address);
  const answer = await signIn(who, email);
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/portal']);
  return who;
}
const isSignedIn = async (who: Visitor) => /You are signed in as/.test(await who.reads('/portal'));
const sessions = (email: string) => app.sql<{ hash: string; agent: string }[]>`
  select s.* from sessions s join accounts a on a.id = s.account_id where a.email_canonical = ${email}`;
const shownTo = async (answer: Response, email: string) => {
  const headers = Object.fromEntries(answer.headers);
  delete headers.date;
  delete headers['x-request-id'];
  delete headers['content-length'];
  return JSON.stringify([answer.status, headers, (await answer.text()).replaceAll(email, 'EMAIL')]);
};

describe('signing in', () => {
  test('sets a cookie that no script can read and no other site can send, and stores only its hash', async () => {
    const email = await developer();
    const who = await signedIn(email);
    const secret = who.cookies.get(COOKIE) ?? '';
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(who.set).toEqual([`${COOKIE}=${secret}; Path=/; HttpOnly; SameSite=Lax`]);
    expect(await who.reads('/portal')).toContain(`You are signed in as ${email}`);
    const [kept] = await sessions(email);
    expect(JSON.stringify(kept)).not.toContain(secret);
    expect(Buffer.from(kept?.hash ?? '', 'hex')).toHaveLength(32);
  });

  test('makes a new session each time, and ends the one that the browser had', async () => {
    const email = await developer();
    const who = await signedIn(email);
    const first = who.cookies.get(COOKIE) ?? '';
    await signIn(who, email);
    const next = who.cookies.get(COOKIE) ?? '';
    expect(next).not.toBe(first);
    expect(await sessions(email)).toHaveLength(1);
    const old = visitor();
    old.cookies.set(COOKIE, first);
    expect(await isSignedIn(old)).toBe(false);
    expect(await isSignedIn(who)).toBe(true);
  });

  test('never continues a session whose secret another person chose', async () => {
    const email = await developer();
    const fixed = Buffer.alloc(32, 3).toString('base64url');
    const who = visitor();
    who.cookies.set(COOKIE, fixed);
    await signIn(who, email);
    expect(who.cookies.get(COOKIE)).not.toBe(fixed);
    const thief = visitor();
    thief.cookies.set(COOKIE, fixed);
    expect(await isSignedIn(thief)).toBe(false);
  });

  test('accepts the email in any case, and the password only exactly', async () => {
    const email = await developer();
    expect((await signIn(visitor(), email.toUpperCase())).status).toBe(303);
    for (const password of [PASSWORD.toUpperCase(), ` ${PASSWORD}`, `${PASSWORD} `, '', `${PASSWORD}\u0000`])
      expect([400, 422]).toContain((await signIn(visitor(), email, password)).status);
  });

  test('is undone by signing out, which ends the session and not only the cookie', async () => {
    const email = await developer();
    const who = await signedIn(email);
    const secret = who.cookies.get(COOKIE) ?? '';
    const out = await who.post('/portal/sign-out');
    expect([out.status, out.headers.get('location')]).toEqual([303, '/portal']);
    expect(who.cookies.has(COOKIE)).toBe(false);
    expect(await sessions(email)).toEqual([]);
    who.cookies.set(COOKIE, secret);
    expect(await isSignedIn(who)).toBe(false);
    expect((await who.post('/portal/sign-out')).headers.get('location')).toBe('/portal/sign-in');
  });

  test('lasts eight idle hours, and at most seven days', async () => {
    const email = await developer();
    const [idle, busy] = [await signedIn(email), await signedIn(email)];
    for (let hours = 6; hours < 168; hours += 6) {
      aheadMs = hours * HOUR_MS;
      expect(await isSignedIn(busy), `after ${hours} hours`).toBe(true);
    }
    expect(await isSignedIn(idle)).toBe(false);
    aheadMs = 168 * HOUR_MS + 60_000;
    expect(await isSignedIn(busy)).toBe(false);
  });

  test('ends the oldest session when an account has more than twenty', async () => {
    const email = await developer();
    const first = await signedIn(email);
    const others = [];
    for (let at = 0; at < 20; at++) others.push(await signedIn(email));
    expect(await sessions(email)).toHaveLength(20);
    expect(await isSignedIn(first)).toBe(false);
    expect(await isSignedIn(others[0] as Visitor)).toBe(true);
  });
});

describe('the sign-in page and a stranger', () => {
  test('T13: gives the same answer to a wrong password for every email', async () => {
    const active = await developer();
    const [blocked, pending, deleted, none] = [
      await developer(),
      newAddress(),
      await developer(),
      newAddress(),
    ];
    const admin = app.as('admin');
    await admin.types(`/apim-user block ${blocked} a leaked key`);
    await admin.sees(/Blocked/);
    await admin.types('/apim-user add');
    const modal = await admin.modal('Add an account');
    const fields = { Email: pending, 'First name': 'Ann', 'Last name': 'Lee', Password: OTHER_PASSWORD };
    await modal.fill({ ...fields, 'Email confirmation': ['Send a link to confirm it first'] });
    await modal.submit();
    await modal.sees(/Added/);
    await modal.closeAll();
    await app.sql`update accounts set state = 'deleted', deleted_at = now() where email = ${deleted}`;
    const shown = new Set<string>();
    for (const email of [active, blocked, pending, deleted, none])
      shown.add(await shownTo(await signIn(visitor(), email, WRONG), email));
    expect([...shown]).toHaveLength(1);
    expect(textOf([...shown][0] ?? '')).toContain('Wrong email or password.');
  });

  test('T13: takes as long for an unknown email as for a known one', { timeout: 120_000 }, async () => {
    const people = { known: await developer(), unknown: newAddress() };
    const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
    const sample = async () => {
      for (let round = 0; round < 60; round++) {
        await app.sql`truncate rate_limits`;
        for (const kind of round % 2 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const)) {
          const startedAt = performance.now();
          await signIn(visitor(), people[kind], WRONG);
          times[kind].push(performance.now() - startedAt);
        }
      }
      const [known = 0, unknown = 0] = Object.values(times).map((all) => all.sort((x, y) => x - y)[30]);
      return Math.abs(known - unknown) < Math.max(25, known * 0.5);
    };
    expect((await sample()) || (await sample()) || (await sample())).toBe(true);
  });

  test('tells a developer who knows the password that the account is blocked, and where to write', async () => {
    const email = await developer();
    await app.as('admin').types(`/apim-user block ${email} a leaked key`);
    await app.as('admin').sees(/Blocked/);
    const who = visitor();
    const answer = await signIn(who, email);
    const page = textOf(await answer.text());
    expect(answer.status).toBe(403);
    expect(page).toContain('Your account is blocked');
    expect(page).toContain('support@example.com');
    expect(page).not.toContain('leaked');
    expect(who.cookies.size).toBe(0);
  });
});

describe('a session ends at once in every process', () => {
  const onSecond = async (who: Visitor) => {
    const there = createVisitor(second, who.address);
    for (const [name, value] of who.cookies) there.cookies.set(name, value);
    return isSignedIn(there);
  };
  async function resetLinkOf(email: string) {
    await visitor().post('/password/forgot', { email });
    return ticketTo(email, /^(?!.*changed).*password/i);
  }

  test('T8: after a block in Slack, and a reactivation brings none back', async () => {
    const email = await developer();
    const who = await signedIn(email);
    expect(await onSecond(who)).toBe(true);
    const admin = app.as('admin');
    await admin.types(`/apim-user block ${email} a leaked key`);
    await admin.sees(/Blocked/);
    expect([await isSignedIn(who), await onSecond(who)]).toEqual([false, false]);
    await admin.types(`/apim-user activate ${email}`);
    await admin.sees(/Activated/);
    expect([await isSignedIn(who), await onSecond(who)]).toEqual([false, false]);
    expect(await isSignedIn(await signedIn(email))).toBe(true);
  });

  test('T8: after a deletion', async () => {
    const email = await developer();
    const who = await signedIn(email);
    await app.as('admin').types(`/apim-user delete ${email}`);
    const modal = await app.as('admin').modal(/Delete/);
    await modal.submit();
    await eventually('the deletion', async () => !(await isSignedIn(who)));
    expect(await onSecond(who)).toBe(false);
  });

  test('T8: after a new password', async () => {
    const email = await developer();
    const who = await signedIn(email);
    const ticket = await resetLinkOf(email);
    const answer = await visitor().post('/password/reset', { ticket, password: OTHER_PASSWORD });
    expect(answer.status).toBe(200);
    expect([await isSignedIn(who), await onSecond(who)]).toEqual([false, false]);
    expect((await signIn(visitor(), email)).status).toBe(422);
    expect((await signIn(visitor(), email, OTHER_PASSWORD)).status).toBe(303);
  });

  test('T8: once a new email is confirmed', async () => {
    const email = await developer();
    const who = await signedIn(email);
    const other = newAddress();
    await app.as('admin').types(`/apim-user edit ${email}`);
    const modal = await app.as('admin').modal('Edit an account');
    await modal.fill({ Email: other });
    await modal.submit();
    const ticket = await ticketTo(other, /confirm/);
    expect(await isSignedIn(who)).toBe(true);
    expect((await visitor().post('/email/confirm', { ticket })).status).toBe(200);
    expect([await isSignedIn(who), await onSecond(who)]).toEqual([false, false]);
    expect((await signIn(visitor(), email)).status).toBe(422);
    expect((await signIn(visitor(), other)).status).toBe(303);
  });

  test('and its open page then leads to the sign-in page', async () => {
    const email = await developer();
    const who = await signedIn(email);
    await app.as('admin').types(`/apim-user block ${email} a leaked key`);
    await app.as('admin').sees(/Blocked/);
    const answer = await who.post('/portal/sign-out');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/portal/sign-in']);
    expect(who.cookies.size).toBe(0);
  });
});

describe('a password that an operator typed', () => {
  async function given(): Promise<string> {
    const email = newAddress();
    const admin = app.as('admin');
    await admin.types('/apim-user add');
    const modal = await admin.modal('Add an account');
    await modal.fill({ Email: email, 'First name': 'Ann', 'Last name': 'Lee', Password: OTHER_PASSWORD });
    await modal.submit();
    await modal.sees(/Added/);
    await modal.closeAll();
    return email;
  }
  const replace = (who: Visitor, email: string, currentPassword: string, password: string) =>
    who.post('/portal/sign-in/new-password', { email, currentPassword, password });

  test('starts no session: it only lets the developer choose another one', async () => {
    const email = await given();
    const who = visitor();
    const first = await signIn(who, email, OTHER_PASSWORD);
    expect(textOf(await first.text())).toContain('Choose your own password');
    expect([who.cookies.size, (await sessions(email)).length]).toEqual([0, 0]);
    const done = await replace(who, email, OTHER_PASSWORD, PASSWORD);
    expect([done.status, done.headers.get('location')]).toEqual([303, '/portal']);
    expect(await isSignedIn(who)).toBe(true);
    expect((await signIn(visitor(), email, OTHER_PASSWORD)).status).toBe(422);
    expect((await signIn(visitor(), email)).status).toBe(303);
    await eventually('the notice', () =>
      app.inbox.mails().find((mail) => mail.to.includes(email) && /password was changed/.test(mail.subject)),
    );
  });

  test('is not replaced by itself, by a weak one, or by a person who does not know it', async () => {
    const email = await given();
    const wordsOf = async (answer: Response) => [answer.status, textOf(await answer.text())];
    const same = await wordsOf(await replace(visitor(), email, OTHER_PASSWORD, OTHER_PASSWORD));
    expect(same).toEqual([422, expect.stringContaining('That’s your current password. Choose a new one.')]);
    const weak = await wordsOf(await replace(visitor(), email, OTHER_PASSWORD, 'short'));
    expect(weak).toEqual([422, expect.stringContaining('Use at least 15 characters')]);
    const wrong = await wordsOf(await replace(visitor(), email, WRONG, PASSWORD));
    expect(wrong).toEqual([
      422,
      expect.stringContaining('Wrong password. Enter the one that you were given.'),
    ]);
    expect((await signIn(visitor(), email)).status).toBe(422);
    expect(await sessions(email)).toEqual([]);
  });

  test('is the only one that the page replaces: one that the developer chose stays', async () => {
    const email = await developer();
    const who = visitor();
    expect((await replace(who, email, PASSWORD, OTHER_PASSWORD)).status).toBe(303);
    expect((await signIn(visitor(), email, OTHER_PASSWORD)).status).toBe(422);
  });
});

describe('guessing passwords', () => {
  test('T35: from one client ends after ten tries for one email and thirty in all, and the client learns when to try again', async () => {
    const email = await developer();
    const guesser = visitor();
    const statuses = [];
    for (let at = 0; at < 11; at++) statuses.push((await signIn(guesser, email, WRONG)).status);
    expect(statuses).toEqual([...Array(10).fill(422), 429]);
    const refused = await signIn(guesser, email);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(600);
    for (let at = 0; at < 18; at++) expect((await signIn(guesser, newAddress(), WRONG)).status).toBe(422);
    expect((await signIn(guesser, newAddress(), WRONG)).status).toBe(429);
    expect((await signIn(visitor(), email)).status).toBe(303);
  });

  test('T34: from many clients never locks the owner out, and leaves each client three tries', async () => {
    const email = await developer();
    for (let at = 0; at < 20; at++) await signIn(visitor(), email, WRONG);
    const guesser = visitor();
    const statuses = [];
    for (let at = 0; at < 4; at++) statuses.push((await signIn(guesser, email, WRONG)).status);
    expect(statuses).toEqual([422, 422, 422, 429]);
    expect((await signIn(visitor(), email)).status).toBe(303);
  });

  test('T34: is limited for an unknown email as for a known one', async () => {
    const email = newAddress();
    for (let at = 0; at < 20; at++) await signIn(visitor(), email, WRONG);
    const guesser = visitor();
    for (let at = 0; at < 3; at++) await signIn(guesser, email, WRONG);
    expect((await signIn(guesser, email, WRONG)).status).toBe(429);
  });

  test('T36: is impossible while the counts can’t be read, and existing sessions go on', async () => {
    const email = await developer();
    const who = await signedIn(email);
    await app.sql`alter table rate_limits rename to rate_limits_away`;
    try {
      expect((await signIn(visitor(), email)).status).toBe(503);
      expect(await isSignedIn(who)).toBe(true);
      expect((await fetch(`${app.url}/healthz`)).status).toBe(200);
    } finally {
      await app.sql`alter table rate_limits_away rename to rate_limits`;
    }
    expect((await signIn(visitor(), email)).status).toBe(303);
  });

  test('T21: with a password of a megabyte is refused before hashing', async () => {
    const startedAt = performance.now();
    expect((await signIn(visitor(), newAddress(), 'x'.repeat(1_000_000))).status).toBe(413);
    expect((await signIn(visitor(), newAddress(), 'x'.repeat(10_000))).status).toBe(422);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test('T55: leaves audit rows with the account, and never with what was typed', async () => {
    const email = await developer();
    const [{ id } = { id: '' }] = await app.sql<
      { id: string }[]
    >`select id from accounts where email = ${email}`;
    await signIn(visitor(), email, WRONG);
    await signIn(visitor(), email);
    const rows = await app.sql`select outcome, code from audit
      where operation = 'sessions/sign-in' and target_id = ${id} order by id`;
    expect([...rows]).toEqual([
      { outcome: 'refused', code: 'sign_in_refused' },
      { outcome: 'done', code: null },
    ]);
  });
});

describe('the forms of a session', () => {
  const foreign: [string, Record<string, string>, number][] = [
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a sibling site', { 'sec-fetch-site': 'same-site' }, 403],
    ['a typed URL', { 'sec-fetch-site': 'none' }, 403],
    ['another origin', { origin: 'https://evil.example' }, 403],
    ['a hidden origin', { origin: 'null' }, 403],
    ['no origin at all', {}, 403],
    ['text', { 'sec-fetch-site': 'same-origin', 'content-type': 'text/plain' }, 415],
    ['parts', { 'sec-fetch-site': 'same-origin', 'content-type': 'multipart/form-data; boundary=x' }, 415],
    ['another method in disguise', { 'sec-fetch-site': 'same-origin', 'x-http-method-override': 'PUT' }, 403],
  ];
  let email: string;
  let who: Visitor;
  beforeAll(async () => {
    email = await developer();
    who = await signedIn(email);
  });

  test.each(foreign)('T33: start and end no session with %s', async (_what, headers, status) => {
    const stranger = visitor();
    const sent = await stranger.post('/portal/sign-in', { email, password: PASSWORD }, headers);
    expect([sent.status, stranger.cookies.size]).toEqual([status, 0]);
    expect((await who.post('/portal/sign-out', {}, headers)).status).toBe(status);
    expect(await isSignedIn(who)).toBe(true);
  });

  test('T33: are accepted from a browser that sends only its origin', async () => {
    const page = await visitor().get('/portal/sign-in');
    expect(page.headers.get('referrer-policy')).toBe('same-origin');
    const answer = await visitor().post(
      '/portal/sign-in',
      { email, password: PASSWORD },
      { origin: app.publicUrl },
    );
    expect(answer.status).toBe(303);
  });

  test('T37: lead to no address that the request names', async () => {
    const query = new URLSearchParams(
      ['redirect', 'next', 'callbackURL', 'returnUrl'].map((name) => [name, '//evil.example']),
    );
    const one = visitor(newClientAddress());
    const answers = [
      await one.get(`/portal/sign-in?${query}`),
      await one.post(`/portal/sign-in?${query}`, { email, password: PASSWORD, next: 'https://evil.example' }),
      await one.get(`/portal/sign-in?${query}`),
      await one.post(`/portal/sign-out?${query}`, { next: 'https://evil.example' }),
    ];
    expect(answers.map((answer) => answer.headers.get('location'))).toEqual([
      null,
      '/portal',
      '/portal',
      '/portal',
    ]);
    for (const answer of answers) expect(await answer.text()).not.toContain('evil');
  });

  test('T10: change nothing and set no cookie when their pages are opened', async () => {
    for (const path of ['/portal', '/portal/sign-in', '/portal/sign-in/new-password']) {
      for (const method of ['GET', 'HEAD', 'OPTIONS']) {
        const answer = await fetch(app.url + path, { method, redirect: 'manual' });
        expect(answer.headers.get('set-cookie')).toBeNull();
        expect(answer.headers.get('cache-control')).toBe('no-store');
        expect(withoutOwnScript(await answer.text())).not.toMatch(/<script|src=|url\(/i);
      }
    }
    expect((await who.get('/portal/sign-out')).headers.get('location')).toBe('/portal');
    expect(await isSignedIn(who)).toBe(true);
  });
});
