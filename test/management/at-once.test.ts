// Terraform makes ten changes at once, and APIOps as many as it has. Six are enough to see one undo another.
import { beforeAll, expect, it } from 'vitest';
import { forAllTests } from '../support/for-all-tests.ts';
import { startTestManagement } from '../support/management.ts';

const AT_ONCE = 6;
const NUMBERS = Array.from({ length: AT_ONCE }, (_, index) => index);

const t = forAllTests(startTestManagement);
beforeAll(async () => {
  await put('products/gold', { displayName: 'Gold', state: 'published' });
  await put('groups/friends', { displayName: 'Friends' });
  for (const n of NUMBERS) {
    await put(`apis/a${n}`, { displayName: `A ${n}`, path: `a${n}` });
    await put(`groups/g${n}`, { displayName: `G ${n}` });
    await put(`users/u${n}`, { email: `u${n}@example.com`, firstName: 'U', lastName: 'N' });
  }
});

const put = async (path: string, properties?: object) =>
  (await t.ask(path, { method: 'PUT', ...(properties ? { body: { properties } } : {}) })).status;
const remove = async (path: string) => (await t.ask(path, { method: 'DELETE' })).status;
const count = async (path: string) => (await t.ask(path)).body.count;

it.each([
  ['APIs of a product', 'products/gold/apis', 'a'],
  ['groups of a product', 'products/gold/groups', 'g'],
  ['members of a group', 'groups/friends/users', 'u'],
  ['groups of a user', 'groups', 'u0'],
])('%s can be linked and unlinked all at once', async (_, collection, kind) => {
  const links = NUMBERS.map((n) =>
    collection === 'groups' ? `groups/g${n}/users/u0` : `${collection}/${kind}${n}`,
  );
  const counted = collection === 'groups' ? 'users/u0/groups' : collection;
  const before = await count(counted);
  expect(await Promise.all(links.map((path) => put(path)))).toEqual(links.map(() => 201));
  expect(await count(counted)).toBe(before + AT_ONCE);
  expect(await Promise.all(links.map(remove))).toEqual(links.map(() => 200));
  expect(await count(counted)).toBe(before);
});

it('subscriptions of one user to one product can be made, changed and deleted all at once', async () => {
  const scope = { scope: '/products/gold', ownerId: '/users/u0' };
  const all = (change: object) =>
    Promise.all(
      NUMBERS.map((n) => put(`subscriptions/s${n}`, { displayName: `S ${n}`, ...scope, ...change })),
    );
  expect(await all({ state: 'active' })).toEqual(NUMBERS.map(() => 201));
  expect(await all({ state: 'suspended' })).toEqual(NUMBERS.map(() => 200));
  expect(await Promise.all(NUMBERS.map((n) => remove(`subscriptions/s${n}`)))).toEqual(
    NUMBERS.map(() => 200),
  );
});

it.each(['users/u1', 'groups/g1', 'products/gold', 'apis/a1'])(
  '%s takes six changes at once that name no version',
  async (path) => {
    const property = path.startsWith('users') ? 'note' : 'description';
    const changes = NUMBERS.map((n) =>
      t.ask(path, {
        method: 'PATCH',
        headers: n % 2 === 0 ? { 'if-match': '*' } : {},
        body: { properties: { [property]: `${n}` } },
      }),
    );
    expect((await Promise.all(changes)).map(({ status }) => status)).toEqual(NUMBERS.map(() => 200));
  },
);
