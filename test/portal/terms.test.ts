import { beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver, PASSWORD } from '../support/portal.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

const KEY = /apim_\w{20,}/g;
const SETTINGS = { TRUSTED_PROXIES: '127.0.0.1', TERMS_URL: 'https://example.com/terms' };
const app = forAllTests(() =>
  startTestApp({ ...SETTINGS, TERMS_VERSION: '2026-10', ERASE_DELETED_AFTER_DAYS: '0' }),
);
const portal = createPortalDriver(app);

const locationOf = (answer: Response) => [answer.status, answer.headers.get('location')];
const agreementsOf = (email: string) =>
  app.sql`select g.version, g.url from portal_agreements g join accounts a on a.id = g.account_id
    where a.email = ${email} order by g.version`;

async function signIn(one: TestApp, email: string): Promise<Visitor> {
  const who = createVisitor(one);
  await who.post('/portal/sign-in', { email, password: PASSWORD });
  return who;
}

describe('the terms of the portal', () => {
  test('T104: come before any other page of a developer, and lead back to it', async () => {
    const email = await portal.developer();
    const who = await signIn(app, email);
    for (const path of [
      '/portal',
      '/portal/subscriptions',
      '/portal/account',
      '/portal/products?name=a&id=b',
    ])
      expect(locationOf(await who.get(path))).toEqual([303, '/portal/terms']);
    const names = await who.post('/portal/account/names', { firstName: 'Changed', lastName: 'Lee' });
    expect(locationOf(names)).toEqual([303, '/portal/terms']);
    expect((await app.sql`select first_name from accounts where email = ${email}`)[0]?.first_name).toBe(
      'Ann',
    );
    const page = await (await who.get('/portal/terms')).text();
    expect(page).toContain(
      '<a href="https://example.com/terms" target="_blank" rel="noopener">terms of use</a>',
    );
    expect((await who.get('/portal/language')).status).toBe(200);

    const untouched = await who.post('/portal/terms', { version: '2026-10' });
    expect([untouched.status, await untouched.text()]).toEqual([
      422,
      expect.stringContaining('Read the terms, then tick this box.'),
    ]);
    const other = await who.post('/portal/terms', { version: '2025-01', terms: 'yes' });
    expect([other.status, await other.text()]).toEqual([
      422,
      expect.stringContaining('changed again just now'),
    ]);
    const foreign = await who.post(
      '/portal/terms',
      { version: '2026-10', terms: 'yes' },
      {
        'sec-fetch-site': 'cross-site',
      },
    );
    expect(foreign.status).toBe(403);
    expect([...(await agreementsOf(email))]).toEqual([]);

    await who.get('/portal/products?name=a&id=b');
    const agreed = await who.post('/portal/terms', { version: '2026-10', terms: 'yes' });
    expect(locationOf(agreed)).toEqual([303, '/portal/products?name=a&id=b']);
    expect((await who.get('/portal/subscriptions')).status).toBe(200);
    expect([...(await agreementsOf(email))]).toEqual([
      { version: '2026-10', url: 'https://example.com/terms' },
    ]);
  });

  test('T104: are asked about again in a new version, and what was agreed to before is kept', async () => {
    const email = await portal.developer();
    const before = await signIn(app, email);
    await before.post('/portal/terms', { version: '2026-10', terms: 'yes' });
    const newer = await startTestApp({ ...SETTINGS, TERMS_VERSION: '2026-11' }, { beside: app });
    try {
      const who = await signIn(newer, email);
      expect(locationOf(await who.get('/portal/account'))).toEqual([303, '/portal/terms']);
      const agreed = await who.post('/portal/terms', { version: '2026-11', terms: 'yes' });
      expect(locationOf(agreed)).toEqual([303, '/portal/account']);
    } finally {
      await newer.close();
    }
    expect((await agreementsOf(email)).map(({ version }) => version)).toEqual(['2026-10', '2026-11']);
  });

  test('visitors read the portal without them', async () => {
    expect((await portal.visitor().get('/portal/products')).status).toBe(200);
  });
});

describe('the terms of a product', () => {
  beforeAll(() => portal.publishes('Starter', { Terms: 'Be kind.' }));

  async function subscriber() {
    const email = await portal.developer();
    const who = await signIn(app, email);
    await who.post('/portal/terms', { version: '2026-10', terms: 'yes' });
    const version = versionOn(await (await who.get('/portal/products/starter')).text());
    const made = await who.post('/portal/products/starter', { name: 'Robot', terms: 'yes', version });
    return { email, who, path: (made.headers.get('location') ?? '').replace(/\?.*/, '') };
  }
  const versionOn = (page: string) => /name="version" value="(\w{64})"/.exec(page)?.[1] ?? '';
  const keysOf = async (who: Visitor, path: string) =>
    new Set((await (await who.post(`${path}/keys`, {})).text()).match(KEY));
  async function changesTerms(text: string) {
    const admin = app.as('admin');
    await admin.types('/apim-user products');
    await admin.sees(/seen by Developers/);
    await admin.chooses('Edit', 'Starter');
    const modal = await admin.modal('Edit a product');
    await modal.fill({ Terms: text });
    await modal.submit();
    await modal.sees(/Saved/);
    await modal.closeAll();
  }

  test('T105: a new text asks again: keys wait for it, calls don’t, and every text agreed to is kept', async () => {
    const { email, who, path } = await subscriber();
    const [key = ''] = await keysOf(who, path);
    expect(key).not.toBe('');
    const calls = () =>
      fetch(`${app.url}/gateway/check`, {
        headers: { 'x-original-uri': '/starter/x', 'ocp-apim-subscription-key': key },
      });
    await changesTerms('Be kind, and on time.');
    for (const page of ['/portal', '/portal/subscriptions', path])
      expect(await who.reads(page)).toMatch(/The terms of Starter changed on \d+ \w+ \d{4}\./);
    const page = await (await who.get(path)).text();
    expect(page).toContain('Be kind, and on time.');
    expect(page).not.toContain('Show the keys');
    expect(await keysOf(who, path)).toEqual(new Set());
    expect((await calls()).status).toBe(200);
    const id = decodeURIComponent(path.split('/').at(-1) ?? '');
    const admin = app.as('admin');
    await admin.types(`/apim-user subscriptions ${email}`);
    await admin.sees(/Robot/);
    await admin.chooses('Show', 'Robot');
    await admin.sees(/Terms:\W+agreed to earlier ones, .*; newer ones wait/);

    // What was read before isn't agreed to, and another developer agrees to nothing here.
    await who.post(`${path}/terms`, { terms: 'yes', version: 'a'.repeat(64) });
    await who.post(`${path}/terms`, { version: versionOn(page) });
    const other = await subscriber();
    await other.who.post(`${path}/terms`, { terms: 'yes', version: versionOn(page) });
    const foreign = await who.post(
      `${path}/terms`,
      { terms: 'yes', version: versionOn(page) },
      {
        'sec-fetch-site': 'cross-site',
      },
    );
    expect(foreign.status).toBe(403);
    expect(await keysOf(who, path)).toEqual(new Set());

    const agreed = await who.post(`${path}/terms`, { terms: 'yes', version: versionOn(page) });
    expect(locationOf(agreed)).toEqual([303, `${path}?done=agreed`]);
    expect((await keysOf(who, path)).has(key)).toBe(true);
    expect(await who.reads('/portal')).not.toContain('changed on');
    const kept = await app.sql`select x.text from product_agreements g
      join terms_texts x on x.service_id = g.service_id and x.version = g.terms_version
      join subscriptions s on s.account_id = g.account_id and s.id = ${id} order by g.agreed_at`;
    expect(kept.map(({ text }) => text)).toEqual(['Be kind.', 'Be kind, and on time.']);
  });

  test('a text that changed while it was read isn’t agreed to by subscribing', async () => {
    const email = await portal.developer();
    const who = await signIn(app, email);
    await who.post('/portal/terms', { version: '2026-10', terms: 'yes' });
    const version = versionOn(await (await who.get('/portal/products/starter')).text());
    await changesTerms('Be kind, and never late.');
    const late = await who.post('/portal/products/starter', { name: 'Late', terms: 'yes', version });
    expect([late.status, await late.text()]).toEqual([
      422,
      expect.stringContaining('Be kind, and never late.'),
    ]);
  });

  test('T104: an account that is erased leaves no agreement', async () => {
    const { email, who } = await subscriber();
    const [row] = await app.sql`select id from accounts where email = ${email}`;
    const left = () => app.sql`
      select account_id from product_agreements where account_id = ${row?.id}
      union all select account_id from portal_agreements where account_id = ${row?.id}`;
    expect(await left()).toHaveLength(2);
    await who.post('/portal/account/close', { currentPassword: PASSWORD });
    expect([...(await left())]).toEqual([]);
  });
});
