import { beforeAll, describe, expect, test } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';
import { newClientAddress, type Visitor } from '../support/visitor.ts';

const COOKIE = 'apim-user-return';

const app = forAllTests(() => startTestApp({ TRUSTED_PROXIES: '127.0.0.1', SIGN_UP: 'open' }));
const portal = createPortalDriver(app);
let email: string;
beforeAll(async () => {
  email = await portal.developer();
  await portal.publishes('Starter', { 'Seen by': ['Guests'] });
});

const location = (answer: Response) => answer.headers.get('location');
async function comesBackTo(who: Visitor): Promise<string | null> {
  const answer = await portal.signIn(who, email);
  expect(answer.status).toBe(303);
  return location(answer);
}
const visitor = () => portal.visitor(newClientAddress());

describe('after signing in, the portal comes back to the page that asked', () => {
  test('with the password', async () => {
    for (const page of ['/portal/account/email', '/portal/subscriptions', '/portal/subscriptions/an-id']) {
      const who = visitor();
      expect(location(await who.get(page))).toBe('/portal/sign-in');
      expect(await comesBackTo(who)).toBe(page);
      expect(await comesBackTo(who)).toBe('/portal');
    }
  });

  test('from a product that a visitor wants to subscribe to', async () => {
    const who = visitor();
    const page = await (await who.get('/portal/products/starter')).text();
    const link = /href="([^"]+)"[^>]*>Sign in to subscribe/.exec(page)?.[1] ?? '';
    expect(location(await who.get(link))).toBe('/portal/sign-in');
    expect(await comesBackTo(who)).toBe('/portal/products/starter');
    expect(await who.reads('/portal/products/starter')).toContain('Subscribe');
  });

  test('from the reference of an API that only some see', async () => {
    for (const page of ['/portal/apis/orders', '/portal/apis/orders/place-order']) {
      const who = visitor();
      expect(await (await who.get(page)).text()).toContain(`href="${page}?sign-in"`);
      expect(location(await who.get(`${page}?sign-in`))).toBe('/portal/sign-in');
      expect(await comesBackTo(who)).toBe(page);
    }
  });

  test('from a form whose session has ended: to the page that the form is on', async () => {
    for (const [form, page] of [
      ['/portal/account/password', '/portal/account/password'],
      ['/portal/account/sessions/end', '/portal/account'],
      [
        '/portal/subscriptions/an-id/new-key?slot=secondary',
        '/portal/subscriptions/an-id/new-key?slot=secondary',
      ],
    ] as const) {
      const who = visitor();
      expect(location(await who.post(form))).toBe('/portal/sign-in');
      const back = (await comesBackTo(who)) ?? '';
      const answer = await who.get(back);
      expect(answer.status < 400 || back.includes('an-id')).toBe(true);
      expect(location(answer) ?? back).toBe(page);
    }
  });

  test('with a new password in the place of a given one', async () => {
    const address = portal.newAddress();
    await app.as('admin').types(`/apim-user add ${address} Ann Lee`);
    const ticket = await portal.ticketTo(address, /Welcome/);
    const who = visitor();
    await who.get('/portal/account/close');
    await who.post('/password/reset', { ticket, password: PASSWORD });
    expect(location(await portal.signIn(who, address))).toBe('/portal/account/close');
  });

  test('without what was said to be done there before', async () => {
    const who = visitor();
    await who.get('/portal/account?done=password');
    expect(await comesBackTo(who)).toBe('/portal/account');
  });
});

describe('T37: after signing in, no other address follows', () => {
  const HOSTILE = [
    '//evil.example',
    '/\\evil.example',
    '/portal\\..\\\\evil.example',
    '/%2f%2fevil.example',
    '%2f%2fevil.example',
    '/portal/products/%2f%2fevil.example',
    '/portal/products/%5cevil.example',
    'https://evil.example/portal/account',
    'javascript:alert(1)',
    '/portal/account\r\nset-cookie: evil=1',
    '/portal/account%0d%0aset-cookie:evil=1',
    '/portal/account//evil.example',
    '/portal/accounts',
    '/portal/account@evil.example',
    '/portal/account/../../evil',
    '/portal/sign-out',
    '/portal/sign-in/link?ticket=x',
    '/slack/events',
    `/portal/account?${'a'.repeat(4_000)}`,
    `/portal/account/${'a'.repeat(4_000)}`,
    '',
  ];

  test('whatever the cookie holds', async () => {
    for (const planted of HOSTILE) {
      const who = visitor();
      who.cookies.set(COOKIE, encodeURIComponent(planted));
      expect(await comesBackTo(who), planted).toBe('/portal');
      expect(who.set.join('\n')).not.toContain('evil');
      // Not decoded either.
      if (/[\r\n;]/.test(planted)) continue;
      who.cookies.set(COOKIE, planted);
      expect(await comesBackTo(who), `raw ${planted}`).toBe('/portal');
    }
  });

  test('whatever page was asked for without a session', async () => {
    for (const path of HOSTILE) {
      if (!path.startsWith('/') || /[\r\n]/.test(path)) continue;
      const who = visitor();
      await who.get(path);
      const back = (await comesBackTo(who)) ?? '';
      expect(back === '/portal' || back.startsWith('/portal/products/'), `${path} → ${back}`).toBe(true);
      expect(back).not.toContain('evil');
    }
  });

  test('even with an address in the query of the page, which leads back to our own page only', async () => {
    const who = visitor();
    await who.get('/portal/account?next=%2F%2Fevil.example%0d%0a');
    const back = (await comesBackTo(who)) ?? '';
    expect(new URL(back, app.url).origin).toBe(new URL(app.url).origin);
    expect(new URL(back, app.url).pathname).toBe('/portal/account');
  });
});
