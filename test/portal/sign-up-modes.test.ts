import { expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';
import { createVisitor, textOf } from '../support/visitor.ts';

const app = forAllTests(() => startTestApp({ TRUSTED_PROXIES: '127.0.0.1', SIGN_UP: 'open' }), 60_000);
const portal = createPortalDriver(app);
/** Another process on the same database, with another setting. */
const closed = forAllTests(() => startTestApp({ TRUSTED_PROXIES: '127.0.0.1' }, { beside: app }), 60_000);

async function signedUp() {
  const email = portal.newAddress();
  const wish = { email, firstName: 'Ann', lastName: 'Lee' };
  expect((await portal.visitor().post('/portal/sign-up', wish)).status).toBe(200);
  return { email, ticket: await portal.ticketTo(email, /confirm/) };
}

test('open sign-up needs only the confirmation, sends a welcome, and asks no operator', async () => {
  const { email, ticket } = await signedUp();
  const answer = await portal.visitor().post('/email/confirm', { ticket, password: PASSWORD });
  expect(textOf(await answer.text())).toContain('Next: sign in');
  await portal.mailTo(email, /Welcome/);
  expect(await portal.isSignedIn(await portal.signedIn(email))).toBe(true);
  expect(app.as('approver').channel('approvals')).toEqual([]);
});

test('sign-up is off by default: it has no page, and the home page says how to get an account', async () => {
  const visitor = createVisitor(closed);
  expect((await visitor.get('/portal/sign-up')).status).toBe(404);
  const wish = { email: portal.newAddress(), firstName: 'Ann', lastName: 'Lee' };
  expect((await visitor.post('/portal/sign-up', wish)).status).toBe(404);
  const home = await visitor.reads('/portal');
  expect(home).toContain('invites developers by mail');
  expect(home).not.toContain('Sign up');
  expect(await portal.visitor().reads('/portal')).toContain('Sign up');
});

test('a sign-up that is confirmed after sign-up was turned off waits for an operator', async () => {
  const { email, ticket } = await signedUp();
  const answer = await createVisitor(closed).post('/email/confirm', { ticket, password: PASSWORD });
  expect(textOf(await answer.text())).toContain('still has to approve your account');
  expect((await portal.signIn(portal.visitor(), email)).status).toBe(403);
});
