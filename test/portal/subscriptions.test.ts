import { beforeAll, describe, expect, test } from 'vitest';
import { grantSubscription } from '../../src/operations/subscriptions/grant.ts';
import { tellOfEndingKeys } from '../../src/operations/subscriptions/tell-of-ending-keys.ts';
import { startTestApp } from '../support/app.ts';
import { besideApp } from '../support/beside-app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createPortalDriver } from '../support/portal.ts';
import { textOf, type Visitor } from '../support/visitor.ts';

const KEY = /apim_[0-9A-Za-z]{40,60}/g;

const app = forAllTests(
  () => startTestApp({ TRUSTED_PROXIES: '127.0.0.1', GATEWAY_URL: 'https://api.example.com/v1/' }),
  60_000,
);
const portal = createPortalDriver(app);
beforeAll(async () => {
  await portal.publishes('Starter', { Terms: 'Be <kind>.\nDo not resell.' });
  await portal.publishes('Premium', { Approval: ['An operator approves each subscription'] });
  await portal.publishes('Weather', {
    ...{ 'Seen by': ['Guests'], 'Subscriptions per account': '1' },
    ...{ Rate: '1000/10s', Quota: '20k per month' },
  });
}, 60_000);

async function developer() {
  const email = await portal.developer();
  return { email, who: await portal.signedIn(email) };
}
const subscribe = (who: Visitor, product: string, fields: Record<string, string> = {}) =>
  who.post(`/portal/products/${product}`, { name: 'My robot', terms: 'yes', ...fields });
/** The page of a new subscription. */
async function subscribed(who: Visitor, product = 'starter', fields: Record<string, string> = {}) {
  const answer = await subscribe(who, product, fields);
  const location = answer.headers.get('location') ?? '';
  expect([answer.status, location]).toEqual([
    303,
    expect.stringMatching(/^\/portal\/subscriptions\/[^/?]+\?done=/),
  ]);
  return location.split('?')[0] ?? '';
}
async function keysOf(who: Visitor, path: string): Promise<string[]> {
  const answer = await who.post(`${path}/keys`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return [...new Set((await answer.text()).match(KEY))];
}
/** The answer that a gateway gets for a call with this key. */
const call = async (key: string, api = 'starter') => {
  const headers = { 'ocp-apim-subscription-key': key, 'x-original-uri': `/${api}/orders` };
  return (await fetch(`${app.url}/gateway/check`, { headers })).status;
};
const passes = (key: string, status = 200, api = 'starter') =>
  eventually(`a call to be answered ${status}`, async () => (await call(key, api)) === status);
const doneAudit = async (operation: string) =>
  Number(
    (await app.sql`select count(*) as n from audit where operation = ${operation} and outcome = 'done'`)[0]
      ?.n,
  );

test('a used-up quota refuses calls, and a mail leads its owner to the page that says when it begins again', async () => {
  await portal.publishes('Counted', { Quota: '5 per month' });
  const { email, who } = await developer();
  const path = await subscribed(who, 'counted');
  const [key = ''] = await keysOf(who, path);
  await passes(key, 200, 'counted');
  await passes(key, 403, 'counted');
  const mail = await eventually('the mail', () =>
    app.inbox.mails().find(({ to, subject }) => to.includes(email) && /Counted is used up/.test(subject)),
  );
  expect(mail.text).toMatch(/has used its whole quota, which is 5 per month/);
  expect(mail.text).toContain(`${path}#usage`);
  expect(await who.reads(path)).toMatch(/of 5 calls of this month are used, so calls are refused/);
  const admin = app.as('admin');
  await admin.types('/apim-user subscriptions limited');
  await admin.sees(/My robot.*quota used up/s);
});

describe('the list of products', () => {
  test('shows each product to its groups: a visitor sees those of guests, a developer sees more', async () => {
    const visitor = portal.visitor();
    const { who } = await developer();
    expect(await visitor.reads('/portal/products')).toMatch(/Weather/);
    expect(await visitor.reads('/portal/products')).not.toMatch(/Starter|Premium/);
    expect(await who.reads('/portal/products')).toMatch(/Premium.*Starter.*Weather/s);
    expect((await visitor.get('/portal/products/starter')).status).toBe(404);
    expect((await who.get('/portal/products/starter')).status).toBe(200);
    const weather = await visitor.reads('/portal/products/weather');
    expect(weather).toContain('Sign in to subscribe');
    expect(weather).toContain(
      'With a subscription you can make at most 1,000 calls per 10 seconds and 20,000 per month. A month begins at 00:00 UTC.',
    );
  });

  test('answers a hidden, an unknown and a malformed product alike, and refuses subscriptions to them', async () => {
    await portal.publishes('Secret', { 'Seen by': ['Administrators'] });
    const { who } = await developer();
    const pages = new Set<string>();
    for (const id of ['secret', 'nowhere', '%00', '..%2f', 'x'.repeat(500), '*']) {
      const answer = await who.get(`/portal/products/${id}`);
      pages.add(`${answer.status} ${await answer.text()}`);
    }
    const found = [...pages].filter((page) => page.startsWith('404'));
    expect(found.length).toBeGreaterThan(0);
    expect([...pages].every((page) => /^(404|400)/.test(page))).toBe(true);
    expect((await subscribe(who, 'secret')).status).toBe(404);
    expect(await app.sql`select 1 from subscriptions where product_id = 'secret'`).toHaveLength(0);
  });

  test('shows the terms of a product as text', async () => {
    const { who } = await developer();
    const html = await (await who.get('/portal/products/starter')).text();
    expect(html).toContain('Be &lt;kind&gt;.\nDo not resell.');
  });

  test('has pages when there are many products', async () => {
    for (let at = 10; at < 35; at++)
      await app.sql`insert into products (service_id, id, name, is_published, is_subscription_required,
        is_approval_required, created_at, updated_at)
        values ('default', ${`many-${at}`}, ${`Many & ${at}`}, true, true, false, now(), now())`;
    await app.sql`insert into product_groups select 'default', id, 'developers' from products where id like 'many-%'`;
    const { who } = await developer();
    const html = await (await who.get('/portal/products')).text();
    const more = /href="(\/portal\/products\?[^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const names = [html, await (await who.get(more)).text()].flatMap(
      (page) => page.match(/Many &amp; \d+/g) ?? [],
    );
    expect(new Set(names).size).toBe(25);
    expect((await who.get('/portal/products?name=x&id=%00')).status).toBeLessThan(500);
    await app.sql`delete from products where id like 'many-%'`;
  });
});

describe('subscribing to a product', () => {
  test('needs consent to the terms, and says so beside the box', async () => {
    const { who } = await developer();
    const answer = await who.post('/portal/products/starter', { name: 'My <robot>' });
    const html = await answer.text();
    expect(answer.status).toBe(422);
    expect(html).toMatch(/id="terms-fault">Read the terms, then tick this box/);
    expect(html).toContain('value="My &lt;robot&gt;"');
    expect(await who.reads('/portal/subscriptions')).toContain('You have no subscriptions yet');
  });

  test('gives keys that work at once and are shown on request, and each showing is audited', async () => {
    const { email, who } = await developer();
    const path = await subscribed(who);
    await portal.mailTo(email, /subscription to Starter is active/);
    for (const page of ['/portal', '/portal/subscriptions', path, `${path}?done=subscribed`])
      expect(await (await who.get(page)).text()).not.toMatch(KEY);
    const before = await doneAudit('subscriptions/show-keys');
    const keys = await keysOf(who, path);
    expect(keys).toHaveLength(2);
    expect(await doneAudit('subscriptions/show-keys')).toBe(before + 1);
    expect((await who.get(`${path}/keys`)).headers.get('location')).toBe(path);
    for (const key of keys) await passes(key);
    expect(await call(keys[0] ?? '', 'premium')).toBe(403);
    await eventually(
      'its last use',
      async () => /Last used \d+ \w+ \d{4}/.test(await who.reads(path)),
      30_000,
    );
  });

  test('waits where an operator must approve it, and works after that', async () => {
    const { email, who } = await developer();
    const path = await subscribed(who, 'premium', { name: `Robot of ${email}` });
    expect(await who.reads(path)).toContain('State Waiting for approval');
    expect(await who.reads(path)).not.toContain('Show the keys');
    await portal.mailTo(email, /got your request for Premium/);
    const approver = app.as('approver');
    const card = await approver.message(email);
    await card.clicks(/Approve/);
    await approver.sees(/Approved/);
    expect(await who.reads(path)).toContain('State Active');
    const [key = ''] = await keysOf(who, path);
    await eventually('a call to pass', async () => (await call(key, 'premium')) === 200);
  });

  test('shows why it was declined', async () => {
    const { email, who } = await developer();
    const path = await subscribed(who, 'premium', { name: `Robot of ${email}` });
    const approver = app.as('approver');
    const card = await approver.message(email);
    await card.clicks(/Decline/);
    const modal = await approver.modal(/Decline/);
    await modal.fill({ Reason: 'For <partners> only' });
    await modal.submit();
    await eventually('the reason', async () =>
      /State Declined Reason For &lt;partners&gt; only/.test(await who.reads(path)),
    );
    expect(await who.reads(path)).not.toMatch(/Amir|Ada/);
  });

  test('T31: is refused beyond the limit of the product, at once or one after the other', async () => {
    const { email, who } = await developer();
    const answers = await Promise.all(Array.from({ length: 6 }, () => subscribe(who, 'weather')));
    expect(answers.map((answer) => answer.status).sort()).toEqual([303, 422, 422, 422, 422, 422]);
    const again = await subscribe(who, 'weather');
    expect(textOf(await again.text())).toContain('reached this product’s limit of subscriptions');
    expect(
      await app.sql`select 1 from subscriptions s join accounts a on a.id = s.account_id where email = ${email}`,
    ).toHaveLength(1);
  });

  test('T34: is refused after twenty times within an hour', async () => {
    const { who } = await developer();
    const statuses = [];
    for (let at = 0; at < 21; at++) statuses.push((await subscribe(who, 'starter')).status);
    expect(statuses).toEqual([...Array(20).fill(303), 429]);
  });

  test('T30: is for the signed-in developer, whatever else the form sends', async () => {
    const [mine, other] = [await developer(), await developer()];
    const [{ id } = { id: '' }] = await app.sql<
      { id: string }[]
    >`select id from accounts where email = ${other.email}`;
    const extra = {
      accountId: id,
      ownerId: id,
      state: 'active',
      primaryKey: 'x'.repeat(30),
      endsAt: '2099-01-01',
    };
    const path = await subscribed(mine.who, 'premium', extra);
    expect(await mine.who.reads(path)).toContain('Waiting for approval');
    expect(await other.who.reads('/portal/subscriptions')).toContain('You have no subscriptions yet');
  });
});

describe('a subscription', () => {
  test('T30: of another developer is not shown or changed, and its keys are not shown', async () => {
    const [mine, other] = [await developer(), await developer()];
    const path = await subscribed(mine.who);
    const [before] = await app.sql`select * from subscriptions where id = ${path.split('/').at(-1) ?? ''}`;
    for (const rest of ['', '/keys', '/new-key', '/cancel'])
      expect((await other.who.get(`${path}${rest}`)).status).toBe(404);
    for (const [rest, fields] of [
      ['/name', { name: 'Eve’s' }],
      ['/keys', {}],
      ['/new-key', { slot: 'primary' }],
      ['/new-key', { slot: 'primary', overlap: '24' }],
      ['/former-key', {}],
      ['/cancel', {}],
    ] as [string, Record<string, string>][]) {
      const answer = await other.who.post(`${path}${rest}`, fields);
      expect(answer.status).toBe(404);
      expect(await answer.text()).not.toMatch(KEY);
    }
    expect((await app.sql`select * from subscriptions where id = ${before?.id}`)[0]).toEqual(before);
  });

  test('T29: has one key replaced while the other still works', async () => {
    const { who } = await developer();
    const path = await subscribed(who);
    const [primary = '', secondary = ''] = await keysOf(who, path);
    await passes(primary);
    expect(await who.reads(`${path}/new-key?slot=secondary`)).toContain(
      'a new secondary key for My robot at once',
    );
    const answer = await who.post(`${path}/new-key`, { slot: 'secondary' });
    expect(await who.reads(answer.headers.get('location') ?? '')).toContain('Secondary key replaced.');
    await passes(secondary, 401);
    const [same, renewed = ''] = await keysOf(who, path);
    expect([same, renewed === secondary]).toEqual([primary, false]);
    await passes(renewed);
    await passes(primary);
  });

  test('T113: has a key rotated, whose old one goes on until the page says or its owner ends it', async () => {
    const { who } = await developer();
    const path = await subscribed(who);
    const [primary = ''] = await keysOf(who, path);
    const form = await (await who.get(`${path}/new-key?slot=primary`)).text();
    const [, version = ''] = /name="version" value="(\d+)"/.exec(form) ?? [];
    const sent = { overlap: '168', version };
    const answer = await who.post(`${path}/new-key?slot=primary`, sent);
    expect(await who.reads(answer.headers.get('location') ?? '')).toMatch(
      /The old key works until \d+ \w+ \d{4} at/,
    );
    // Sent twice, it replaces the key once: else the key that a program uses would end.
    const again = await who.post(`${path}/new-key?slot=primary`, sent);
    expect(await who.reads(again.headers.get('location') ?? '')).toContain('Nothing changed');
    const [renewed = ''] = await keysOf(who, path);
    await passes(primary);
    await passes(renewed);
    expect(await who.reads(`${path}/new-key?slot=primary`)).toContain(
      'An older key of this place works until',
    );
    const ended = await who.post(`${path}/former-key?slot=primary`);
    expect(await who.reads(ended.headers.get('location') ?? '')).toContain('The old key no longer works.');
    await passes(primary, 403);
    await passes(renewed);
    for (const overlap of ['-1', '0.5', '721', 'x'])
      expect([303, 422]).toContain((await who.post(`${path}/new-key?slot=secondary`, { overlap })).status);
  });

  test('T115: is named in a mail before its key ends, in the owner’s language, whose button leads to where the key is replaced', async () => {
    const { email, who } = await developer();
    const path = await subscribed(who);
    const subscriptionId = decodeURIComponent(path.split('/').at(-1) ?? '');
    const beside = await besideApp(app);
    for (const [language, subject, replace] of [
      ['en', /^Your key for Starter ends on/, 'Replace the primary key'],
      ['nl', /^Een sleutel voor Starter verloopt/, 'De primaire sleutel vervangen'],
      ['de', /^Ein Schlüssel für Starter läuft ab/, 'Primärschlüssel ersetzen'],
      ['fr', /^Une clé pour Starter expire/, 'Remplacer la clé primaire'],
    ] as const) {
      await app.sql`update accounts set language = ${language} where email = ${email}`;
      await app.sql`update subscription_keys set ends_at = now() + interval '6 days', told_days = null
        where subscription_id = ${subscriptionId}`;
      await tellOfEndingKeys(beside.as({ kind: 'system', name: 'minute' }), { subscriptionId });
      const { text } = await portal.mailTo(email, subject);
      const [, link = ''] = new RegExp(`(${path}[^\\s)]*)`).exec(text) ?? [];
      expect(link).toBe(`${path}#keys`);
      const page = await (await who.get(link)).text();
      expect(page).toContain('id="keys"');
      expect(textOf(page), language).toContain(replace);
    }
    await beside.close();
  });

  test('can be renamed, and a bad name is refused beside the field', async () => {
    const { who } = await developer();
    const path = await subscribed(who);
    const answer = await who.post(`${path}/name`, { name: '<b>Other' });
    expect(await who.reads(answer.headers.get('location') ?? '')).toContain('Name saved.');
    expect(await (await who.get(path)).text()).toContain('&lt;b&gt;Other</h1>');
    const blank = await who.post(`${path}/name`, { name: ' ' });
    expect([blank.status, await blank.text()]).toEqual([422, expect.stringContaining('Name is needed.')]);
  });

  test('can be cancelled once after a question, and its keys no longer work', async () => {
    const { who } = await developer();
    const path = await subscribed(who);
    const [key = ''] = await keysOf(who, path);
    await passes(key);
    expect(await who.reads(`${path}/cancel`)).toContain('Both keys of My robot stop working');
    const answer = await who.post(`${path}/cancel`);
    expect(await who.reads(answer.headers.get('location') ?? '')).toContain('Cancelled.');
    await passes(key, 403);
    const again = await who.post(`${path}/cancel`);
    expect(await who.reads(again.headers.get('location') ?? '')).toContain(
      'Nothing changed: something else changed this subscription first',
    );
  });

  test('T28: is closed with the portal by a block in Slack, and both are open again after a reactivation', async () => {
    const { email, who } = await developer();
    const path = await subscribed(who);
    const [key = ''] = await keysOf(who, path);
    await passes(key);
    const admin = app.as('admin');
    await admin.types(`/apim-user block ${email} a leaked key`);
    await admin.sees(/Blocked/);
    await passes(key, 403);
    for (const rest of ['/keys', '/new-key', '/cancel']) {
      const answer = await who.post(`${path}${rest}`, { slot: 'primary' });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/portal/sign-in']);
    }
    await admin.types(`/apim-user activate ${email}`);
    await admin.sees(/Activated/);
    await passes(key);
    const back = await portal.signedIn(email);
    expect(await keysOf(back, path)).toContain(key);
  });

  test('is deleted with the account that its owner closes, and the page says so before', async () => {
    const { who } = await developer();
    const path = await subscribed(who);
    const [key = ''] = await keysOf(who, path);
    expect(await who.reads('/portal/account/close')).toContain('You have one active subscription');
    expect(
      (await who.post('/portal/account/close', { currentPassword: 'three quiet garden chairs' })).status,
    ).toBe(303);
    await passes(key, 401);
  });

  test('T34: shows its keys sixty times within an hour', async () => {
    const { who } = await developer();
    const path = await subscribed(who);
    await keysOf(who, path);
    const [{ id } = { id: '' }] = await app.sql<{ id: string }[]>`
      select account_id as id from subscriptions where id = ${path.split('/').at(-1) ?? ''}`;
    expect(id).not.toBe('');
    const statuses = [];
    for (let at = 0; at < 60; at++) statuses.push((await who.post(`${path}/keys`)).status);
    expect(statuses).toEqual([...Array(59).fill(200), 429]);
  });

  test('T33: refuses each of its forms from another site', async () => {
    const { who } = await developer();
    const path = await subscribed(who);
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'null' }, {}] as Record<
      string,
      string
    >[]) {
      for (const rest of ['/keys', '/name', '/new-key', '/former-key', '/cancel'])
        expect((await who.post(`${path}${rest}`, { name: 'Eve', slot: 'primary' }, headers)).status).toBe(
          403,
        );
      expect((await who.post('/portal/products/starter', { terms: 'yes' }, headers)).status).toBe(403);
    }
    expect(await who.reads(path)).toContain('State Active');
  });
});

describe('what helps with a first call', () => {
  test('an offer that guests see, a mark on what the developer has, and a line of curl', async () => {
    const offer = await portal.visitor().reads('/portal');
    expect(offer).toMatch(/Weather.*Weather API/);
    const { who } = await developer();
    const subscription = await subscribed(who, 'weather');
    expect(await who.reads('/portal/products')).toMatch(/Weather Subscribed/);
    expect(await who.reads('/portal/products/weather')).toContain('https://api.example.com/v1/weather');
    expect(await who.reads(subscription)).toContain(
      'curl -H &quot;Ocp-Apim-Subscription-Key: $API_KEY&quot; https://api.example.com/v1/weather',
    );
    const keys = await (await who.post(`${subscription}/keys`)).text();
    const key = /value="(apim_\w+)"/.exec(keys)?.[1];
    expect(keys).toContain(`Ocp-Apim-Subscription-Key: ${key}&quot; https://api.example.com/v1/weather`);
    await app.sql`update apis set key_header = 'X-Weather-Key' where path = 'weather'`;
    expect(await who.reads(subscription)).toContain(
      'curl -H &quot;X-Weather-Key: $API_KEY&quot; https://api.',
    );
  });

  test('a key from elsewhere stands in quotes, so that no shell runs a part of it', async () => {
    const { email, who } = await developer();
    const [owner] = await app.sql`select id from accounts where email = ${email}`;
    const primaryKey = "`reboot`$(reboot)'0123456789";
    const beside = await besideApp(app);
    const accountId = String(owner?.id);
    await grantSubscription(beside.console(), { id: 'foreign', accountId, productId: 'weather', primaryKey });
    await beside.close();
    const keys = textOf(await (await who.post('/portal/subscriptions/foreign/keys')).text());
    expect(keys).toContain(
      `curl -H 'X-Weather-Key: ${primaryKey.replace("'", String.raw`'\''`)}' https://api.example.com/`,
    );
  });
});
