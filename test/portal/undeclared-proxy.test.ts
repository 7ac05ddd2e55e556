// A proxy in front of the product that TRUSTED_PROXIES doesn't name. Here the test is that proxy, on this machine.
import { expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';

/** More than one address may try. */
const GUESSES = 31;

const app = forAllTests(() => startTestApp({}, { clock: () => new Date(now) }));
const portal = createPortalDriver(app);
let now = Date.now();

const checks = async () => (await (await fetch(`${app.url}/readyz`)).json()).checks;

test('a client on this machine without a proxy’s headers is not taken for one', async () => {
  expect(await checks()).toMatchObject({ trustedProxies: 'ok' });
});

test('T88: behind an undeclared proxy, wrong passwords of one visitor shut out no other', async () => {
  const email = await portal.developer();
  const guesser = portal.visitor();
  const wrong = (guessed: string) =>
    guesser.post('/portal/sign-in', { email: guessed, password: 'wrong wrong wrong wrong' });
  for (let at = 0; at < GUESSES; at++) expect((await wrong(`guess${at}@example.com`)).status).toBe(422);
  expect((await portal.visitor().post('/portal/sign-in', { email, password: PASSWORD })).status).toBe(303);
  // Guesses at one account are still counted: that account waits, wherever the guesser says to be.
  const statuses = [];
  for (let at = 0; at < 11; at++) statuses.push((await wrong('victim@example.com')).status);
  expect(statuses.at(-1)).toBe(429);
});

test('T88: the proxy is told to admins at home and in readyz, which stays green', async () => {
  // What was read last is told again for a second.
  await eventually('the report', async () => (await checks()).trustedProxies === 'failing');
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  now += 120_000;
  const home = await app.as('admin').home();
  await eventually('the warning', () => /proxy at `?127\.0\.0\.1`? that TRUSTED_PROXIES/.test(home.text()));
  const other = await app.as('approver').home();
  await eventually('the approver’s home', () => /Health:/.test(other.text()));
  expect(other.text()).not.toContain('TRUSTED_PROXIES');
});
