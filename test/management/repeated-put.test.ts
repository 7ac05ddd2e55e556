// A program that lost an answer sends the same PUT again. Each PUT there is, with any of its properties.
import { beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../src/management/app.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { LETTER } from '../support/letter.ts';
import { type Answer, startTestManagement } from '../support/management.ts';

const t = forAllTests(() => startTestManagement({ SECOND_OPERATOR_FOR: 'accounts/block' }));
beforeAll(async () => {
  await make('apis/orders', { displayName: 'Orders', path: 'orders' });
  await make('products/starter', { displayName: 'Starter', state: 'published' });
  await make('groups/partners', { displayName: 'Partners' });
  await make('users/ann', { email: 'ann@example.com', ...NAMES });
});

const NAMES = { firstName: 'Ann', lastName: 'Lee' };
const YESTERDAY = new Date(Date.now() - 86_400_000).toISOString();
const TOMORROW = new Date(Date.now() + 86_400_000).toISOString();

let count = 0;
const unique = (): string => {
  count += 1;
  return `n${count}`;
};
const make = async (path: string, properties: object) =>
  expect((await t.ask(path, { method: 'PUT', body: { properties } })).status, path).toBeLessThan(202);
async function made(collection: string, properties: object): Promise<string> {
  const path = `${collection}/${unique()}`;
  await make(path, properties);
  return path;
}

type Properties = Record<string, unknown>;
type Target = { path: string; properties?: Properties };
type Case = {
  /** A resource that isn't there yet, with the properties that it needs. */
  missing?: () => Target | Promise<Target>;
  /** One that is there, with the properties of an update. */
  existing?: () => Target | Promise<Target>;
  /** Further properties, each tried alone and all together. */
  more?: (kind: 'missing' | 'existing') => Properties;
  query?: string;
};
const aUser = () => ({ email: `${unique()}@example.com`, ...NAMES });
const aGroup = () => ({ displayName: `Group ${unique()}` });
const anApi = () => ({ displayName: ' Orders ', path: `/${unique()}/v1/` });
const aProduct = () => ({ displayName: `Product ${unique()}` });
const aSubscription = () => ({ displayName: ' Nightly ', scope: '/products/starter', ownerId: '/users/ann' });
const TEMPLATE = 'templates/inviteUserNotificationMessage';

const NOTIFICATION = 'notifications/AccountClosedPublisher';

/** One that is there has another name. */
function aLink(links: string, property: string, end: () => Promise<string>): Case {
  const target = async () => ({
    path: `products/starter/${links}/${unique()}`,
    properties: { [property]: `/${await end()}` },
  });
  const existing = async () => {
    const { path, properties } = await target();
    await make(path, properties);
    return { path: `products/starter/${links}/${unique()}`, properties };
  };
  return { missing: target, existing };
}

function aRecipient(recipients: string, who: () => Promise<string>): Case {
  const missing = async () => ({ path: `${NOTIFICATION}/${recipients}/${await who()}` });
  const existing = async () => {
    const target = await missing();
    expect((await t.ask(target.path, { method: 'PUT' })).status).toBe(201);
    return target;
  };
  return { missing, existing };
}

const POLICY = '<policies><inbound><rate-limit calls="5" renewal-period="60" /></inbound></policies>';
const aPolicy = async () => `${await made('products', aProduct())}/policies/policy`;

const CASES: Record<string, Case> = {
  User_CreateOrUpdate: {
    missing: () => ({ path: `users/${unique()}`, properties: aUser() }),
    async existing() {
      const { email, ...names } = aUser();
      return { path: await made('users', { email, ...names }), properties: { email, ...names } };
    },
    more: (kind) => ({
      note: ' from the CRM ',
      password: 'three quiet garden chairs',
      lastName: 'Leigh',
      ...(kind === 'missing' ? { state: 'blocked' } : { state: 'active', email: `${unique()}@example.com` }),
    }),
    query: 'notify=true',
  },
  Group_CreateOrUpdate: {
    missing: () => ({ path: `groups/${unique()}`, properties: aGroup() }),
    existing: async () => ({ path: await made('groups', aGroup()), properties: aGroup() }),
    more: () => ({ description: ' friends ', type: 'custom', externalId: '', builtIn: false }),
  },
  GroupUser_Create: {
    missing: async () => ({ path: `groups/partners/${await made('users', aUser())}` }),
    existing: () => ({ path: 'groups/developers/users/ann' }),
  },
  Subscription_CreateOrUpdate: {
    missing: () => ({ path: `subscriptions/${unique()}`, properties: aSubscription() }),
    existing: async () => ({
      path: await made('subscriptions', { ...aSubscription(), state: 'active' }),
      properties: { ...aSubscription(), displayName: 'Hourly' },
    }),
    more: (kind) => ({
      state: kind === 'missing' ? 'active' : 'suspended',
      stateComment: 'overdue',
      expirationDate: kind === 'missing' ? YESTERDAY : TOMORROW,
      allowTracing: false,
      ...(kind === 'missing'
        ? { primaryKey: `${'p'.repeat(30)}${unique()}`, secondaryKey: `${'s'.repeat(30)}${unique()}` }
        : {}),
    }),
    query: 'notify=true',
  },
  Product_CreateOrUpdate: {
    missing: () => ({ path: `products/${unique()}`, properties: aProduct() }),
    existing: async () => ({ path: await made('products', aProduct()), properties: aProduct() }),
    more: () => ({
      description: ' to begin with ',
      terms: 'be kind',
      subscriptionRequired: true,
      approvalRequired: true,
      subscriptionsLimit: 3,
      state: 'published',
    }),
  },
  ProductApi_CreateOrUpdate: {
    missing: async () => ({ path: `products/starter/${await made('apis', anApi())}` }),
    existing: () => ({ path: 'products/starter/apis/none' }),
  },
  ProductGroup_CreateOrUpdate: {
    missing: async () => ({ path: `products/starter/${await made('groups', aGroup())}` }),
    existing: async () => {
      const path = `products/starter/${await made('groups', aGroup())}`;
      expect((await t.ask(path, { method: 'PUT' })).status).toBe(201);
      return { path };
    },
  },
  ProductPolicy_CreateOrUpdate: {
    missing: async () => ({ path: await aPolicy(), properties: { value: POLICY } }),
    existing: async () => {
      const path = await aPolicy();
      await make(path, { value: POLICY });
      return { path, properties: { format: 'rawxml', value: POLICY.replace('5', '6') } };
    },
  },
  ProductApiLink_CreateOrUpdate: aLink('apiLinks', 'apiId', () => made('apis', anApi())),
  ProductGroupLink_CreateOrUpdate: aLink('groupLinks', 'groupId', () => made('groups', aGroup())),
  Notification_CreateOrUpdate: { existing: () => ({ path: NOTIFICATION }) },
  NotificationRecipientEmail_CreateOrUpdate: aRecipient(
    'recipientEmails',
    async () => `${unique()}@example.com`,
  ),
  NotificationRecipientUser_CreateOrUpdate: aRecipient('recipientUsers', async () =>
    (await made('users', aUser())).slice('users/'.length),
  ),
  Api_CreateOrUpdate: {
    missing: () => ({ path: `apis/${unique()}`, properties: anApi() }),
    existing: async () => ({ path: await made('apis', anApi()), properties: anApi() }),
    more: () => ({
      serviceUrl: 'https://orders.example.com',
      description: ' of books ',
      protocols: ['HTTPS', 'http'],
      apiType: 'Http',
      contact: { name: 'Ann', url: null },
      authenticationSettings: { oAuth2: null, openid: { openidProviderId: 'entra' } },
      subscriptionKeyParameterNames: { header: 'X-Orders-Key' },
    }),
  },
  EmailTemplate_CreateOrUpdate: {
    async missing() {
      await t.ask(TEMPLATE, { method: 'DELETE', headers: { 'if-match': '*' } });
      return { path: TEMPLATE, properties: { subject: ` Come in ${unique()} ` } };
    },
    existing: async () => {
      await make(TEMPLATE, { subject: 'Come in' });
      return { path: TEMPLATE, properties: { subject: `Come, ${unique()}` } };
    },
    more: () => ({ body: `${LETTER}\n`, title: 'Invitation', isDefault: true }),
  },
};

const puts = ROUTES.filter(({ method }) => method === 'PUT');

it('T82: every PUT has a case in this file', () => {
  expect(Object.keys(CASES).sort()).toEqual(puts.map(({ operation }) => operation).sort());
});

type Sent = { path: string; method: 'PUT'; body?: object; headers?: Record<string, string> };
const send = ({ path, ...rest }: Sent, query?: string): Promise<Answer> =>
  t.ask(query ? `${path}?${query}` : path, rest);
const seen = (answers: Answer[]) => answers.map(({ status, text }) => ({ status, text }));

/** What a second effect would show in: audit rows of changes, mails, and versions. */
async function effects() {
  const [row] = await t.sql`select
    (select count(*) from audit where actor_kind = 'token' and outcome <> 'refused') as changes, (select count(*) from mails) as mails,
    (select array_agg(version order by id) from accounts) as versions`;
  return row;
}

/** The properties of each try. */
function tries({ more }: Case, kind: 'missing' | 'existing'): ((all: Properties) => Properties)[] {
  const names = Object.keys(more?.(kind) ?? {});
  const pick = (wanted: string[]) => (all: Properties) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes(name)));
  return [pick([]), ...names.map((name) => pick([name])), ...(names.length > 1 ? [pick(names)] : [])];
}

const firstAndLast = <Item>(items: Item[]): Item[] => [...items.slice(0, 1), ...items.slice(1).slice(-1)];

for (const { operation } of puts) {
  const one = CASES[operation];
  for (const kind of ['missing', 'existing'] as const) {
    const target = one?.[kind];
    if (!one || !target) continue;
    const request = async (select: (all: Properties) => Properties): Promise<Sent> => {
      const { path, properties } = await target();
      const all = { ...properties, ...select(one.more?.(kind) ?? {}) };
      return { path, method: 'PUT', ...(properties ? { body: { properties: all } } : {}) };
    };

    describe(`T82: ${operation} of a resource that is ${kind}`, () => {
      it.each(tries(one, kind).map((select) => ({ select })))(
        'has the outcome of the first when it is repeated, and no second effect (%#)',
        async ({ select }) => {
          const sent = await request(select);
          const first = await send(sent, one.query);
          expect(first.status, first.text).toBeLessThan(500);
          const before = await effects();
          const second = await send(sent, one.query);
          const status = first.status === 201 ? 200 : first.status;
          expect(seen([second])).toEqual([{ status, text: first.text }]);
          if (status === 200) expect(await effects()).toEqual(before);
        },
      );

      it.each(firstAndLast(tries(one, kind)).map((select) => ({ select })))(
        'has it with the ETag from before the first (%#)',
        async ({ select }) => {
          const sent = await request(select);
          const { headers } = await t.ask(sent.path);
          const etag = String(headers.etag ?? '"1"');
          const first = await send({ ...sent, headers: { 'if-match': etag } }, one.query);
          const second = await send({ ...sent, headers: { 'if-match': etag } }, one.query);
          const status = first.status === 201 ? 200 : first.status;
          expect(seen([second])).toEqual([{ status, text: first.text }]);
        },
      );

      it('has it while the first is still under way', async () => {
        for (const select of tries(one, kind)) {
          const sent = await request(select);
          const answers = seen(await Promise.all([send(sent, one.query), send(sent, one.query)]));
          const [first] = answers;
          for (const { status, text } of answers) {
            expect(text).toBe(first?.text);
            expect(status < 300, JSON.stringify(answers)).toBe((first?.status ?? 0) < 300);
          }
        }
      });
    });
  }
}

it('T82: a PUT of another key, scope or owner is refused, and of an old ETag with another value', async () => {
  const keys = { primaryKey: `${'p'.repeat(30)}${unique()}`, secondaryKey: `${'s'.repeat(30)}${unique()}` };
  const given = { ...aSubscription(), ...keys };
  const path = await made('subscriptions', given);
  const put = (change: Properties, headers = {}) =>
    t.ask(path, { method: 'PUT', body: { properties: { ...given, ...change } }, headers });
  for (const change of [
    { primaryKey: keys.secondaryKey },
    { secondaryKey: 'x'.repeat(30) },
    { scope: '/apis/orders' },
    { ownerId: '/users/bob' },
  ]) {
    const { status, body } = await put(change);
    expect([status, body.error.details[0].target]).toEqual([400, Object.keys(change)[0]]);
  }
  const { etag } = (await t.ask(path)).headers;
  expect((await put({ displayName: 'Hourly' }, { 'if-match': etag })).status).toBe(200);
  expect((await put({ displayName: 'Daily' }, { 'if-match': etag })).status).toBe(412);
});
