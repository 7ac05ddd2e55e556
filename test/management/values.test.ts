// What a program writes comes back as it was written, and a PUT that leaves something out takes it away.
import { expect, it } from 'vitest';
import { restoreAccount } from '../../src/operations/accounts/restore.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { BASE, startTestManagement } from '../support/management.ts';

const t = forAllTests(startTestManagement);

const put = async (path: string, properties: object) =>
  (await t.ask(path, { method: 'PUT', body: { properties } })).body;
const get = async (path: string) => (await t.ask(path)).body.properties;

/** As a heredoc of Terraform ends, and as a file from Windows has it. */
const WRITTEN = '  To begin with:\r\n\r\n\t- be kind \n';
const LETTER = `\n<p>Come in: <a href="$ConfirmUrl">here</a></p>\r\n`;

it.each([
  ['users/ann', { note: WRITTEN }, { email: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' }],
  ['groups/partners', { description: WRITTEN }, { displayName: 'Partners' }],
  ['products/starter', { description: WRITTEN, terms: WRITTEN }, { displayName: 'Starter' }],
  ['templates/InviteUserNotificationMessage', { body: LETTER, subject: ' Come, $DevFirstName ' }, {}],
])(
  '%s returns its texts byte for byte, and a change of white space is a change',
  async (path, texts, rest) => {
    for (const change of [
      (text: string) => text,
      (text: string) => text.replaceAll('\r\n', '\n'),
      (text: string) => text.trim(),
    ]) {
      const written = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, change(text)]));
      const { properties } = await put(path, { ...rest, ...written });
      expect(properties).toMatchObject(written);
      expect(await get(path)).toMatchObject(written);
    }
  },
);

it('a PUT of a product takes away the limit, the approval and the texts that it leaves out, and nothing else', async () => {
  const all = {
    displayName: 'Gold',
    description: 'to begin with',
    terms: 'be kind',
    state: 'published',
    subscriptionRequired: true,
    approvalRequired: true,
    subscriptionsLimit: 3,
  };
  await put('products/gold', all);
  await put('products/gold', { displayName: 'Gold' });
  const kept = { displayName: 'Gold', state: 'published', subscriptionRequired: true };
  const gone = { description: '', terms: '', approvalRequired: false, subscriptionsLimit: null };
  expect(await get('products/gold')).toEqual({ ...kept, ...gone });
  await put('products/gold', { ...all, subscriptionsLimit: 0 });
  expect(await get('products/gold')).toEqual({ ...all, subscriptionsLimit: null });
});

it('a PUT of a group takes away the description that it leaves out, and one of a user keeps note, state and password', async () => {
  await put('groups/friends', { displayName: 'Friends', description: 'old ones' });
  await put('groups/friends', { displayName: 'Friends' });
  expect((await get('groups/friends')).description ?? '').toBe('');
  const bob = { email: 'bob@example.com', firstName: 'Bob', lastName: 'Ray' };
  await put('users/bob', { ...bob, note: 'from the CRM', state: 'blocked' });
  await put('users/bob', { ...bob, lastName: 'Rae' });
  expect(await get('users/bob')).toMatchObject({ lastName: 'Rae', note: 'from the CRM', state: 'blocked' });
});

it('names and Azure’s words may have any case, and a name that is given twice is refused', async () => {
  await put('products/any', { DisplayName: 'Any', State: 'Published', subscriptionslimit: 2 });
  expect(await get('products/any')).toMatchObject({
    displayName: 'Any',
    state: 'published',
    subscriptionsLimit: 2,
  });
  await put('groups/any', { displayName: 'Anyone', type: 'Custom', description: '', externalId: '' });
  expect(await get('groups/any')).toMatchObject({ type: 'custom' });
  const eve = { email: 'eve@example.com', firstName: 'Eve', lastName: 'Ray' };
  await put('users/eve', { ...eve, State: 'Blocked', AppType: 'DeveloperPortal', Confirmation: 'Signup' });
  expect(await get('users/eve')).toMatchObject({ state: 'blocked' });
  const { error } = await put('users/eve', { ...eve, state: 'blocked', State: 'active' });
  expect(error.details).toEqual([{ code: 'ValidationError', target: 'state', message: 'is given twice' }]);
});

const ELSEWHERE = '/subscriptions/5f/resourceGroups/rg-old/providers/Microsoft.ApiManagement/service/contoso';

it('a subscription returns full ids as they were written last, short ones in full, and allowTracing as sent', async () => {
  await put('users/zoe', { email: 'zoe@example.com', firstName: 'Zoe', lastName: 'Ray' });
  await put('apis/orders', { displayName: 'Orders', path: 'orders' });
  await put('products/silver', { displayName: 'Silver' });
  const written = {
    scope: `${BASE}/apis/orders;rev=1`,
    ownerId: `${ELSEWHERE}/users/zoe`,
    allowTracing: true,
  };
  await put('subscriptions/full', { displayName: 'Full', ...written });
  expect(await get('subscriptions/full')).toMatchObject({ ...written, state: 'submitted' });
  const elsewhere = { scope: `${ELSEWHERE}/apis/orders`, ownerId: `${BASE}/users/zoe`, allowTracing: false };
  await put('subscriptions/full', { displayName: 'Full', ...elsewhere });
  expect(await get('subscriptions/full')).toMatchObject(elsewhere);
  // A short form, or none, changes nothing of it.
  await put('subscriptions/full', { displayName: 'Fuller', scope: '/apis/orders' });
  expect(await get('subscriptions/full')).toMatchObject({ ...elsewhere, displayName: 'Fuller' });

  await put('subscriptions/short', {
    displayName: 'Short',
    scope: '/products/silver',
    ownerId: '/users/zoe',
  });
  expect(await get('subscriptions/short')).toMatchObject({
    scope: `${BASE}/products/silver`,
    ownerId: `${BASE}/users/zoe`,
    allowTracing: false,
  });
  const { error } = await put('subscriptions/short', { scope: `${BASE}/products/gold` });
  expect(error.details[0].target).toBe('scope');
  const broken = await put('subscriptions/none', {
    displayName: 'No',
    scope: `${BASE}/products/a\0/products/silver`,
  });
  expect(broken.error.details[0].target).toBe('scope');
});

it('a subscription of the administrator has no owner, and returns what was written', async () => {
  const all = { displayName: 'All', scope: '/apis', ownerId: `${ELSEWHERE}/users/1` };
  await put('subscriptions/of-one', all);
  expect((await get('subscriptions/of-one')).ownerId).toBe(all.ownerId);
  const { error } = await put('subscriptions/of-one', { ...all, ownerId: '/users/zoe' });
  expect(error.details[0].target).toBe('ownerId');
  const [row] = await t.sql`select account_id from subscriptions where id = 'of-one'`;
  expect(row?.account_id).toBeNull();
});

it('a subscription names its owner by the present id once another user has the one that was written', async () => {
  const una = { email: 'ulf@example.com', firstName: 'Ulf', lastName: 'Ray' };
  await put('users/ulf', una);
  const ownerId = `${BASE}/users/ulf`;
  await put('subscriptions/of-ulf', { displayName: 'Ulf’s', scope: '/apis', ownerId });
  const console = t.contextOf({ kind: 'console', name: 'Connie' });
  expect((await t.ask('users/ulf?deleteSubscriptions=true', { method: 'DELETE' })).status).toBe(204);
  await put('users/ulf', { ...una, email: 'ulf2@example.com' });
  const { newResourceId } = await restoreAccount(console, { accountId: 'ulf' });
  expect((await get('subscriptions/of-ulf')).ownerId).toBe(`${BASE}/users/${newResourceId}`);
});

it('a subscription that was decided can’t be submitted again, and the refusal says what to send', async () => {
  await put('subscriptions/decided', { displayName: 'Decided', scope: '/apis', state: 'active' });
  const { error } = await put('subscriptions/decided', { displayName: 'Decided', state: 'submitted' });
  expect(error).toMatchObject({
    code: 'Conflict',
    message: expect.stringContaining('Send its state, “active”'),
  });
  const rows = await t.sql`select operation, code, target_id from audit
    where outcome = 'refused' and target_id = 'decided'`;
  expect(rows, 'T55').toEqual([
    {
      operation: 'subscriptions/grant',
      code: 'subscription_state_unfitting',
      target_id: 'decided',
    },
  ]);
});

it('a PUT that repeats confirmation, state and password of an invited user changes nothing once they have accepted', async () => {
  const password = 'three quiet garden chairs';
  const invited = {
    ...{ email: 'ida@example.com', firstName: 'Ida', lastName: 'Ray' },
    ...{ confirmation: 'invite', state: 'pending', password },
  };
  expect((await put('users/ida', invited)).properties.state).toBe('pending');
  const mailsTo = () => t.slack.inbox.mails().filter((mail) => mail.to.includes('ida@example.com'));
  const [mail] = await eventually('the invitation', () => (mailsTo().length > 0 ? mailsTo() : undefined));
  const ticket = /ticket=([\w-]{43})/.exec(mail?.text ?? '')?.[1] ?? '';
  const form = { ticket, firstName: 'Ida', lastName: 'Ray', password };
  expect((await t.slack.post('/invitations/accept', form)).status).toBe(303);
  const mails = async () => (await t.sql`select id from mails where account_id = 'ida'`).length;
  const before = await mails();
  const sessions = async () => (await t.sql`select id from sessions where account_id = 'ida'`).length;
  const signedIn = await sessions();
  expect(signedIn).toBeGreaterThan(0);
  for (const lastName of ['Ray', 'Rae']) {
    const { properties } = await put('users/ida', { ...invited, lastName });
    expect(properties).toMatchObject({ state: 'active', lastName });
  }
  expect([await mails(), await sessions()]).toEqual([before, signedIn]);
});

it('a user who is invited as active, as the Python SDK sends it, is active and gets a link to set a password', async () => {
  const una = { email: 'una@example.com', firstName: 'Una', lastName: 'Ray' };
  const { properties } = await put('users/una', { ...una, confirmation: 'invite', state: 'active' });
  expect(properties.state).toBe('active');
  const mail = await eventually('the mail', () =>
    t.slack.inbox.mails().find(({ to }) => to.includes('una@example.com')),
  );
  expect(mail.text).toMatch(/\/password\/\S*ticket=/);
});

it.each([
  'users/ann',
  'groups/partners',
  'products/gold',
  'apis/orders',
  'subscriptions/full',
  'subscriptions/short',
])('%s can be put back as it was read, as az does, and nothing changes', async (path) => {
  const { body, headers } = await t.ask(path);
  const again = await t.ask(path, { method: 'PUT', body });
  expect([again.status, again.headers.etag]).toEqual([200, headers.etag]);
  expect(again.body.properties).toMatchObject(body.properties);
});

type Models = Record<string, { type: { modelProperties?: Record<string, { serializedName?: string }> } }>;

/** The names of a model's properties in JSON, as the SDK has them. */
async function propertiesOf(names: readonly string[]): Promise<string[]> {
  const client = t.client() as unknown as {
    sendOperationRequest(args: unknown, spec: { serializer: { modelMappers: Models } }): Promise<unknown>;
    group: { get(...path: string[]): Promise<unknown> };
  };
  let models: Models = {};
  client.sendOperationRequest = async (_args, spec) => {
    models = spec.serializer.modelMappers;
  };
  await client.group.get('any', 'default', 'any');
  return names.flatMap((name) =>
    Object.values(models[name]?.type.modelProperties ?? {}).flatMap(({ serializedName = '' }) =>
      serializedName.startsWith('properties.') ? [serializedName.slice('properties.'.length)] : [],
    ),
  );
}

it.each([
  ['users/odd', 'PUT', ['UserCreateParameters', 'UserContract']],
  ['users/ann', 'PATCH', ['UserUpdateParameters', 'UserContract']],
  ['groups/odd', 'PUT', ['GroupCreateParameters', 'GroupContract']],
  ['groups/partners', 'PATCH', ['GroupUpdateParameters', 'GroupContract']],
  ['products/odd', 'PUT', ['ProductContract']],
  ['products/gold', 'PATCH', ['ProductUpdateParameters', 'ProductContract']],
  ['apis/odd', 'PUT', ['ApiCreateOrUpdateParameter', 'ApiContract']],
  ['apis/orders', 'PATCH', ['ApiUpdateContract', 'ApiContract']],
  ['subscriptions/odd', 'PUT', ['SubscriptionCreateParameters', 'SubscriptionContract']],
  ['subscriptions/full', 'PATCH', ['SubscriptionUpdateParameters', 'SubscriptionContract']],
  ['templates/accountClosedDeveloper', 'PUT', ['EmailTemplateUpdateParameters', 'EmailTemplateContract']],
])('%s knows every property that the SDK can %s or may send back', async (path, method, models) => {
  const names = await propertiesOf(models);
  expect(names.length).toBeGreaterThan(3);
  // Of a kind that hardly any of them has.
  const properties = Object.fromEntries(names.map((name) => [name, [7]]));
  const { status, body } = await t.ask(path, { method, body: { properties } });
  expect(status).toBe(400);
  const details: { target: string; message: string }[] = body.error.details;
  expect(details.filter(({ message }) => message === 'is not supported')).toEqual([]);
});
