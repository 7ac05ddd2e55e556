import { beforeAll, describe, expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';
import { textOf } from '../support/visitor.ts';

const app = forAllTests(() => startTestApp({ TRUSTED_PROXIES: '127.0.0.1', SIGN_UP: 'approval' }));
const portal = createPortalDriver(app);
beforeAll(async () => {
  await portal.developer('paste@example.com');
});

/** What people paste for `paste@example.com`. */
const READ = [
  ' paste@example.com ',
  'paste@example.com.',
  'paste@example.com,',
  'paste@example.com;',
  'Paste@Example.com',
  '<paste@example.com>',
  'Ann Lee <paste@example.com>',
  '"Lee, Ann" <paste@example.com>',
  'Lee, Ann <paste@example.com>;',
  'paste@example.com (Ann Lee)',
  'mailto:paste@example.com',
  'mailto:paste@example.com?subject=Hello',
  '[paste@example.com](mailto:paste@example.com)',
  'E-mail: paste@example.com',
  '“paste@example.com”',
  "'paste@example.com'",
  '`paste@example.com`',
  '• paste@example.com',
  'paste@example.com\r\n',
  '\u00a0paste@example.com\u00a0',
  '\u200bpaste@example.com',
  '\ufeffpaste@example.com',
  'paste@\u00adexample.com',
  '\u202apaste@example.com\u202c',
  'paste@example.com paste@example.com',
];
const REFUSED = [
  ['', 'Email is needed.'],
  ['paste', 'Email: there is no @.'],
  ['paste @example.com', 'Email: there is a space in it.'],
  ['paste@example.com, other@example.com', 'Email: there is more than one @.'],
  ['Ann <paste@example.com> Lee <lee@example.com>', 'Email: there is more than one @.'],
  ['paste@example', 'Email: there is no full domain after the @'],
] as const;

describe('the email of a portal’s form', () => {
  test.each(READ)('is read from %j', async (email) => {
    const answer = await portal.signIn(portal.visitor(), email);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/portal']);
  });

  test.each(REFUSED)('is not guessed from %j, and the page says why', async (email, words) => {
    const answer = await portal.signIn(portal.visitor(), email);
    expect([answer.status, textOf(await answer.text())]).toEqual([422, expect.stringContaining(words)]);
  });

  test('is read by every other form, which shows the email that was read', async () => {
    const pasted = (name: string) => `Ann Lee <mailto:${name}@example.com>.`;
    const visitor = portal.visitor();
    const signUp = { email: pasted('paste-new'), firstName: 'Ann', lastName: 'Lee' };
    const page = textOf(await (await visitor.post('/portal/sign-up', signUp)).text());
    expect(page).toContain('We’ve mailed paste-new@example.com the next step.');
    await portal.mailTo('paste-new@example.com', /confirm your email/);

    expect((await visitor.post('/password/forgot', { email: pasted('paste') })).status).toBe(200);
    await portal.mailTo('paste@example.com', /Choose a new password/);
    expect((await visitor.post('/invitations/request-again', { email: pasted('paste') })).status).toBe(200);
    await portal.mailTo('paste@example.com', /already have/);

    const who = await portal.signedIn('paste@example.com');
    const change = { email: pasted('paste-next'), currentPassword: PASSWORD };
    const asked = await who.post('/portal/account/email', change);
    expect(textOf(await asked.text())).toContain('mailed a link to paste-next@example.com');
    await portal.mailTo('paste-next@example.com', /new email/);
  });

  test('is not checked by the browser, which would refuse a name before the email', async () => {
    const visitor = portal.visitor();
    const who = await portal.signedIn('paste@example.com');
    const pages = ['/portal/sign-in', '/portal/sign-up', '/password/forgot', '/invitations/request-again'];
    for (const [one, path] of [
      ...pages.map((path) => [visitor, path] as const),
      [who, '/portal/account/email'] as const,
    ]) {
      const field = /<input id="email"[^>]*>/.exec(await (await one.get(path)).text())?.[0];
      expect(field, path).toContain('type="text"');
      expect(field, path).toContain('inputMode="email"');
      expect(field, path).toMatch(/autoComplete="(email|username)"/);
    }
  });
});
