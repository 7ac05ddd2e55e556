import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver } from '../support/portal.ts';
import type { Visitor } from '../support/visitor.ts';

const PATH = '/portal/sign-in/link';

const app = forAllTests(() => startTestApp({ TRUSTED_PROXIES: '127.0.0.1' }));
const portal = createPortalDriver(app);

/** A link as the management API makes it; it ends after `minutes`. */
async function linkFor(email: string, { minutes = 5, purpose = 'sign-in' } = {}): Promise<string> {
  const ticket = randomBytes(32).toString('base64url');
  const hash = createHash('sha256').update(ticket).digest('hex');
  await app.sql`insert into tickets (service_id, id, purpose, hash, account_id, email, created_at, expires_at)
    select service_id, ${crypto.randomUUID()}, ${purpose}, ${hash}, id, email, now(), now() + ${minutes} * interval '1 minute'
    from accounts where email = ${email}`;
  return ticket;
}
const redeem = (who: Visitor, ticket: string, headers?: Record<string, string>) =>
  who.post(PATH, { ticket }, headers);

test('T10: opening a sign-in link a hundred times starts no session; its form starts one', async () => {
  const email = await portal.developer();
  const ticket = await linkFor(email);
  const who = portal.visitor();
  for (let at = 0; at < 100; at++) {
    const answer = await who.get(`${PATH}?ticket=${ticket}`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('set-cookie')).toBeNull();
  }
  expect(await who.reads(`${PATH}?ticket=${ticket}`)).toContain(`sign in as ${email}`);
  const answer = await redeem(who, ticket);
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/portal']);
  expect(await portal.isSignedIn(who)).toBe(true);
  expect((await redeem(portal.visitor(), ticket)).status).toBe(410);
});

test('T1: one of fifty concurrent uses of a sign-in link starts a session', async () => {
  const ticket = await linkFor(await portal.developer());
  const people = Array.from({ length: 50 }, () => portal.visitor());
  const answers = await Promise.all(people.map((who) => redeem(who, ticket)));
  expect(answers.filter((answer) => answer.status === 303)).toHaveLength(1);
  expect(answers.filter((answer) => answer.status === 410)).toHaveLength(49);
  expect(people.filter((who) => who.cookies.size > 0)).toHaveLength(1);
});

test('T15: a sign-in link that can’t be used tells its holder why, and an unknown one nothing', async () => {
  const [ended, used, other, blocked] = await Promise.all(
    Array.from({ length: 4 }, () => portal.developer()),
  );
  const usedTicket = await linkFor(used as string);
  await redeem(portal.visitor(), usedTicket);
  const blockedTicket = await linkFor(blocked as string);
  await app.as('admin').types(`/apim-user block ${blocked} a leaked key`);
  await app.as('admin').sees(/Blocked/);
  const dead = {
    'This link has expired': [await linkFor(ended as string, { minutes: -1 })],
    'You’ve already used this link': [usedTicket],
    'This link was cancelled': [blockedTicket],
    'This link doesn’t work': [
      await linkFor(other as string, { purpose: 'password-reset' }),
      randomBytes(32).toString('base64url'),
      'x',
      '',
      'x'.repeat(3_000),
    ],
  };
  for (const [title, tickets] of Object.entries(dead)) {
    const pages = new Set<string>();
    for (const ticket of tickets) {
      const who = portal.visitor();
      const opened = await who.get(`${PATH}?ticket=${ticket}`);
      pages.add(`${opened.status} ${await opened.text()}`);
      const sent = await redeem(who, ticket);
      pages.add(`${sent.status} ${await sent.text()}`);
      expect(who.cookies.size).toBe(0);
    }
    expect(pages.size).toBe(1);
    expect([...pages][0]).toMatch(new RegExp(`^410 .*<h1>${title}</h1>`, 's'));
    expect([...pages][0]).not.toMatch(/person\d+@/);
  }
});

test('T9: a sign-in link sets no password and confirms no email', async () => {
  const ticket = await linkFor(await portal.developer());
  const visitor = portal.visitor();
  for (const path of ['/password/reset', '/email/confirm', '/invitations/accept'])
    expect((await visitor.post(path, { ticket, password: 'another four quiet chairs' })).status).toBe(410);
  expect((await redeem(portal.visitor(), ticket)).status).toBe(303);
});

test('T33: another site can’t sign a visitor in with its own sign-in link', async () => {
  const ticket = await linkFor(await portal.developer());
  const victim = portal.visitor();
  for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'null' }, {}] as Record<
    string,
    string
  >[])
    expect((await redeem(victim, ticket, headers)).status).toBe(403);
  expect(victim.cookies.size).toBe(0);
  expect((await redeem(victim, ticket)).status).toBe(303);
});

test('T8: a block of the account ends its sign-in link', async () => {
  const email = await portal.developer();
  const ticket = await linkFor(email);
  const admin = app.as('admin');
  await admin.types(`/apim-user block ${email} a leaked key`);
  await admin.sees(/Blocked/);
  await admin.types(`/apim-user activate ${email}`);
  await admin.sees(/Activated/);
  expect((await redeem(portal.visitor(), ticket)).status).toBe(410);
});
