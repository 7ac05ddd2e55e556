// What a program writes comes back as it was written, and a PUT that leaves something out takes it away.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestManagement, type TestManagement } from '../support/management.ts';

let t: TestManagement;
beforeAll(async () => {
  t = await startTestManagement();
});
afterAll(() => t?.close());

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
