// Ids: in any case, used again after a deletion, and Azure's user 1.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { planUndo } from '../../src/operations/accounts/plan-undo.ts';
import { restoreAccount } from '../../src/operations/accounts/restore.ts';
import { showHistory } from '../../src/operations/audit/history.ts';
import type { Actor } from '../../src/operations/frame/context.ts';
import { createGroup } from '../../src/operations/groups/create.ts';
import { type Answer, startTestManagement, type TestManagement } from '../support/management.ts';

/** 500 in a long run. */
const RUNS = Number(process.env.IDS_RUNS ?? 12);
const ROUNDS = Number(process.env.RACE_ROUNDS ?? 3);
const CONSOLE: Actor = { kind: 'console', name: 'Connie' };

let t: TestManagement;
beforeAll(async () => {
  t = await startTestManagement();
  // What the gateway's calls are for.
  expect((await make('apis', 'everything', { path: '' })).status).toBe(201);
});
afterAll(() => t?.close());

let count = 0;
/** Capital and small letters, so that it can be written otherwise. */
const newId = (): string => {
  count += 1;
  return `Ann-${count}b`;
};
const MAKE: Record<string, (id: string) => object> = {
  users: (id) => ({ email: `${id.toLowerCase()}@example.com`, firstName: 'Ann', lastName: 'Lee' }),
  groups: (id) => ({ displayName: `Group ${id.toLowerCase()}` }),
  apis: (id) => ({ displayName: 'Orders', path: id.toLowerCase() }),
  products: () => ({ displayName: 'Gold', state: 'published' }),
  subscriptions: () => ({ displayName: 'Nightly', scope: '/apis', state: 'active' }),
};
const KINDS = Object.keys(MAKE);
const put = (path: string, properties?: object) =>
  t.ask(path, { method: 'PUT', ...(properties ? { body: { properties } } : {}) });
const make = (kind: string, id: string, more: object = {}) =>
  put(`${kind}/${id}`, { ...MAKE[kind]?.(id), ...more });
const del = async (path: string) => (await t.ask(path, { method: 'DELETE' })).status;
async function made(kind: string, more: object = {}): Promise<string> {
  const id = newId();
  const { status, text } = await make(kind, id, more);
  expect(status, text).toBe(201);
  return id;
}
const names = (body: { value: { name: string }[] }) => body.value.map(({ name }) => name);
const list = async (path: string, filter = '') =>
  (await t.ask(filter ? `${path}?$filter=${encodeURIComponent(filter)}` : path)).body;

describe('an id in another case', () => {
  it.each(KINDS)('finds one of the %s, and every answer has it as it was first written', async (kind) => {
    const id = await made(kind);
    for (const written of [id.toUpperCase(), id.toLowerCase()]) {
      const path = `${kind}/${written}`;
      const { status, body, headers } = await t.ask(path);
      expect([status, body.name, body.id.split('/').at(-1)]).toEqual([200, id, id]);
      expect((await t.ask(path, { method: 'HEAD' })).headers.etag).toBe(headers.etag);
      const patch = { properties: kind === 'users' ? { note: written } : { displayName: written } };
      const patched = await t.ask(path, { method: 'PATCH', body: patch });
      expect([patched.status, patched.body.name]).toEqual([200, id]);
      const again = await make(kind, written);
      expect([again.status, again.body.name], again.text).toEqual([200, id]);
      expect(names(await list(kind, `name eq '${written}'`))).toEqual([id]);
    }
    expect(await del(`${kind}/${id.toUpperCase()}`)).toBeLessThan(205);
    expect((await t.ask(`${kind}/${id}`)).status).toBe(404);
  });

  it('finds members, links, owners, scopes, keys and what is listed below', async () => {
    const [user, group, api, product] = await Promise.all(
      ['users', 'groups', 'apis', 'products'].map((kind) => made(kind)),
    );
    const up = (id = '') => id.toUpperCase();
    for (const link of [
      `groups/${up(group)}/users/${up(user)}`,
      `products/${up(product)}/apis/${up(api)}`,
      `products/${up(product)}/groups/${up(group)}`,
    ]) {
      expect((await t.ask(link, { method: 'HEAD' })).status, link).toBe(404);
      expect((await put(link)).status, link).toBe(201);
      expect((await put(link)).status, link).toBe(200);
      expect((await t.ask(link, { method: 'HEAD' })).status, link).toBe(204);
      const { value } = await list(link.split('/').slice(0, 3).join('/'));
      expect(value.at(-1).id.split('/').at(-1), link).not.toMatch(/ANN/);
      expect(await del(link.toLowerCase()), link).toBe(200);
    }
    const scope = `/products/${up(product)}`;
    const sub = await made('subscriptions', { scope, ownerId: `/users/${up(user)}` });
    for (const field of ['ownerId', 'userId'])
      expect(
        names(
          await list('subscriptions', `${field} eq '${field === 'ownerId' ? '/users/' : ''}${up(user)}'`),
        ),
      ).toEqual([sub]);
    expect(names(await list('subscriptions', `productId eq '${up(product)}'`))).toEqual([sub]);
    expect(names(await list(`users/${up(user)}/subscriptions`))).toEqual([sub]);
    expect(names(await list(`products/${up(product)}/subscriptions`))).toEqual([sub]);
    expect((await t.ask(`users/${up(user)}/subscriptions/${up(sub)}`)).body.name).toBe(sub);
    expect((await t.ask(`subscriptions/${up(sub)}/listSecrets`, { method: 'POST' })).status).toBe(200);
    expect((await t.ask(`subscriptions/${up(sub)}/regeneratePrimaryKey`, { method: 'POST' })).status).toBe(
      204,
    );
    expect((await t.ask(`users/${up(user)}/generateSsoUrl`, { method: 'POST' })).status).toBe(200);
    const repeated = await make('subscriptions', up(sub), {
      scope: scope.toLowerCase(),
      ownerId: `/users/${user?.toLowerCase()}`,
    });
    expect([repeated.status, repeated.body.name]).toEqual([200, sub]);
  });

  it('gives way to the exact one, where an older database has two', async () => {
    const id = await made('groups');
    const other = id.toUpperCase();
    await t.sql`insert into groups (service_id, id, name, type, created_at)
      select service_id, ${other}, 'Twin of ' || name, type, created_at from groups where id = ${id}`;
    for (const exact of [id, other]) {
      expect((await t.ask(`groups/${exact}`)).body.name).toBe(exact);
      const body = { properties: { description: exact } };
      expect((await t.ask(`groups/${exact}`, { method: 'PATCH', body })).body.name).toBe(exact);
    }
    expect(await del(`groups/${other}`)).toBe(200);
    expect((await t.ask(`groups/${other}`)).body.name).toBe(id);
  });

  it('names the right target in the audit of a refusal', async () => {
    const id = await made('groups');
    const body = { properties: { displayName: 'Developers' } };
    expect((await t.ask(`groups/${id.toUpperCase()}`, { method: 'PATCH', body })).status).toBe(400);
    const [row] = await t.sql`select target_id from audit where outcome = 'refused' order by id desc limit 1`;
    expect(row?.target_id).toBe(id);
  });
});

const TABLES: Record<string, string> = { users: 'accounts' };

it.each(KINDS)(
  'T89: of two of the %s created at once with ids that differ in case, there is one',
  async (kind) => {
    for (let round = 0; round < ROUNDS; round++) {
      const id = newId();
      const answers = await Promise.all(
        [id, id.toUpperCase(), id.toLowerCase()].map((written) => make(kind, written)),
      );
      expect(answers.map(({ status }) => status).sort(), answers.map(({ text }) => text).join()).toEqual([
        200, 200, 201,
      ]);
      expect(new Set(answers.map(({ body }) => body.name)).size).toBe(1);
      const rows =
        await t.sql`select id from ${t.sql(TABLES[kind] ?? kind)} where lower(id) = ${id.toLowerCase()}`;
      expect(rows).toHaveLength(1);
    }
  },
);

it('T89: the console makes no second account beside a program’s, nor a second group', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const id = newId();
    const person = { firstName: 'Ann', lastName: 'Lee', email: `other-${id}@example.com` };
    const [byConsole, byProgram] = await Promise.all([
      addAccount(t.contextOf(CONSOLE), { accountId: id.toUpperCase(), ...person }).catch(
        (error) => error.code,
      ),
      make('users', id),
    ]);
    // The PUT makes it, or changes the console's.
    expect(byProgram.status, JSON.stringify(byConsole)).toBe(byConsole === 'id_taken' ? 201 : 200);
    expect(await t.sql`select id from accounts where lower(id) = ${id.toLowerCase()}`).toHaveLength(1);
  }
  const id = newId();
  const [byConsole, byProgram] = await Promise.all([
    createGroup(t.contextOf(CONSOLE), { groupId: id.toUpperCase(), name: `The console's ${id}` }).catch(
      (error) => error.code,
    ),
    make('groups', id),
  ]);
  expect(byProgram?.status, JSON.stringify(byConsole)).toBeLessThan(202);
  expect(await t.sql`select id from groups where lower(id) = ${id.toLowerCase()}`).toHaveLength(1);
});

/** What a gateway reads about a call with this key. */
async function check(key: string) {
  const headers = { 'x-original-uri': '/', 'ocp-apim-subscription-key': key };
  const response = await fetch(`${t.slack.url}/gateway/check`, { headers });
  const { status } = response;
  return {
    status,
    account: response.headers.get('x-account-id'),
    sub: response.headers.get('x-subscription-id'),
  };
}
const keyOf = async (sid: string): Promise<string> =>
  (await t.ask(`subscriptions/${sid}/listSecrets`, { method: 'POST' })).body.primaryKey;
const rowOf = async (email: string) =>
  (await t.sql`select id, resource_id from accounts where email = ${email} and state <> 'deleted'`)[0];
const destroy = (id: string) => del(`users/${id}?deleteSubscriptions=true`);

describe('T90: an id used again', () => {
  it('by a user is that of another account, which has nothing of the former one', async () => {
    const [id, group] = [await made('users'), await made('groups')];
    const email = `${id.toLowerCase()}@example.com`;
    const formerSub = await made('subscriptions', { ownerId: `/users/${id}` });
    expect((await put(`groups/${group}/users/${id}`)).status).toBe(201);
    const formerKey = await keyOf(formerSub);
    expect(await check(formerKey)).toEqual({ status: 200, account: id, sub: formerSub });
    const former = await rowOf(email);
    expect([await destroy(id), await destroy(id), (await t.ask(`users/${id}`)).status]).toEqual([
      204, 204, 404,
    ]);

    const applied = await make('users', id);
    expect([applied.status, applied.body.name], applied.text).toEqual([201, id]);
    const again = await rowOf(email);
    expect(again).toMatchObject({ resource_id: id });
    expect(again?.id).not.toBe(former?.id);
    expect(await check(formerKey)).toMatchObject({ status: 401 });
    expect(names(await list(`groups/${group}/users`))).toEqual([]);
    expect(names(await list(`users/${id.toUpperCase()}/groups`))).toEqual(['developers']);
    expect(names(await list(`users/${id}/subscriptions`))).toEqual([]);

    // Programs read the id of the PUT everywhere.
    const path = `users/${id}`;
    const sub = await made('subscriptions', { ownerId: `/${path}` });
    expect((await put(`groups/${group}/users/${id}`)).status).toBe(201);
    expect((await t.ask(path)).body.id).toMatch(new RegExp(`/${path}$`));
    expect(names(await list(`groups/${group}/users`, `name eq '${id.toUpperCase()}'`))).toEqual([id]);
    expect(names(await list('users', `name eq '${id.toUpperCase()}'`))).toEqual([id]);
    expect((await list(`users/${id}/groups`)).value[0].id).toContain(`/${path}/groups/`);
    expect((await t.ask(`subscriptions/${sub}`)).body.properties.ownerId).toMatch(new RegExp(`/${path}$`));
    expect(names(await list('subscriptions', `ownerId eq '/users/${id}'`))).toEqual([sub]);
    expect(await check(await keyOf(sub))).toEqual({ status: 200, account: id, sub });
    const note = { properties: { note: 'second' } };
    expect((await t.ask(path, { method: 'PATCH', body: note })).status).toBe(200);
    const [restored] = await t.sql`select note from accounts where id = ${former?.id}`;
    expect(restored?.note).toBe('');
    // The row's own id is none for programs.
    expect((await t.ask(`users/${again?.id}`)).status).toBe(404);
    expect((await t.ask(`users/${again?.id}`, { method: 'PATCH', body: note })).status).toBe(404);
    const other = { ownerId: `/users/${again?.id}` };
    expect((await make('subscriptions', newId(), other)).status).toBe(404);
    const [creation] = await t.sql`select d.after from audit a join audit_details d on d.audit_id = a.id
      where a.target_id = ${again?.id} and a.operation = 'accounts/add'`;
    expect(creation?.after).toMatchObject({ resourceId: id });
  });

  it('by a user leaves the former one to be restored, with an id of its own', async () => {
    const id = await made('users');
    const sub = await made('subscriptions', { ownerId: `/users/${id}` });
    const former = await rowOf(`${id.toLowerCase()}@example.com`);
    await destroy(id);
    const other = { ...MAKE.users?.(id), email: `second-${id}@example.com` };
    expect((await put(`users/${id}`, other)).status).toBe(201);
    const second = await rowOf(`second-${id}@example.com`);
    const restored = await restoreAccount(t.contextOf(CONSOLE), { accountId: former?.id });
    expect(restored.newResourceId).toMatch(/^[0-9a-f-]{36}$/);
    const own = restored.newResourceId ?? '';
    expect((await t.ask(`users/${id}`)).body.properties.email).toBe(`second-${id}@example.com`);
    expect((await t.ask(`users/${own}`)).body.properties.email).toBe(`${id.toLowerCase()}@example.com`);
    expect((await t.ask(`subscriptions/${sub}`)).body.properties.ownerId).toMatch(
      new RegExp(`/users/${own}$`),
    );
    expect(names(await list(`users/${own}/subscriptions`))).toEqual([sub]);
    expect(names(await list(`users/${id}/subscriptions`))).toEqual([]);
    // Once nothing has the id, a restored account keeps it.
    await destroy(id);
    const again = await restoreAccount(t.contextOf(CONSOLE), { accountId: second?.id });
    expect([again.newResourceId, again.account.resourceId]).toEqual([null, id]);
  });

  it('by a user in another case gets no row whose id differs from the former one’s in case only', async () => {
    const id = await made('users');
    for (const written of [id.toLowerCase(), id.toUpperCase(), id]) {
      expect(await destroy(id)).toBe(204);
      const again = await make('users', written);
      expect([again.status, again.body.name], again.text).toEqual([201, written]);
      const rows = await t.sql`select id from accounts where lower(id) = ${id.toLowerCase()}`;
      expect(rows).toEqual([{ id }]);
    }
  });

  it('T90: by a group is that of another one, which no restored account and no Undo comes into', async () => {
    const [id, group, other] = [await made('users'), await made('groups'), await made('groups')];
    for (const one of [group, other]) await put(`groups/${one}/users/${id}`);
    const member = await rowOf(`${id.toLowerCase()}@example.com`);
    expect(await del(`groups/${other}/users/${id}`)).toBe(200);
    const [left] = await t.sql`select id from audit where target_id = ${member?.id}
      and operation = 'accounts/set-groups' order by at desc, id desc limit 1`;
    await del(`groups/${other}`);
    await make('groups', other);
    const undo = planUndo(t.contextOf(CONSOLE), { changeId: String(left?.id) });
    await expect(undo).rejects.toMatchObject({ code: 'group_not_found' });
    await put(`groups/${other}/users/${id}`);
    await destroy(id);
    await del(`groups/${group}`);
    await make('groups', group);
    const restored = await restoreAccount(t.contextOf(CONSOLE), { accountId: member?.id });
    expect(restored.account.groups.map((one) => one.id)).toEqual([other]);
    expect(names(await list(`groups/${group}/users`))).toEqual([]);
  });

  it('by two PUTs at once, of which one is the deletion’s', async () => {
    const id = await made('users');
    for (let round = 0; round < ROUNDS; round++) {
      const [deleted, one, two] = await Promise.all([
        destroy(id),
        make('users', id),
        make('users', id.toLowerCase()),
      ]);
      expect(deleted).toBe(204);
      expect(
        [one, two].map(({ status }) => status < 202),
        `${one?.text} ${two?.text}`,
      ).toEqual([true, true]);
      const rows = await t.sql`select id from accounts
        where lower(coalesce(resource_id, id)) = ${id.toLowerCase()} and state <> 'deleted'`;
      expect(rows.length).toBeLessThan(2);
      await make('users', id);
    }
  });

  it('by a subscription has new keys, no usage, and a history of its own', async () => {
    const [id, ann, bob] = [newId(), await made('users'), await made('users')];
    await make('subscriptions', id, { ownerId: `/users/${ann}` });
    const formerKey = await keyOf(id);
    expect((await check(formerKey)).status).toBe(200);
    expect(await del(`subscriptions/${id}`)).toBe(200);
    expect(await del(`subscriptions/${id}`)).toBe(204);
    expect((await make('subscriptions', id, { ownerId: `/users/${bob}` })).status).toBe(201);
    const { entries } = await showHistory(t.contextOf(CONSOLE), { accountId: bob, limit: 50 });
    const ofSubscription = entries.filter(({ targetKind }) => targetKind === 'subscription');
    expect(ofSubscription.map(({ operation }) => operation)).toEqual(['subscriptions/grant']);
    const key = await keyOf(id);
    expect([key === formerKey, (await check(formerKey)).status]).toEqual([false, 401]);
    expect(await check(key)).toEqual({ status: 200, account: bob, sub: id });
  });

  it.each(KINDS)(
    'by one of the %s, in another case too, refuses every ETag of the former one',
    async (kind) => {
      const id = await made(kind);
      const path = `${kind}/${id}`;
      const patch = (written: string, text: string, etag: string) =>
        t.ask(`${kind}/${written}`, {
          method: 'PATCH',
          headers: { 'if-match': etag },
          body: { properties: kind === 'users' ? { note: text } : { displayName: text } },
        });
      const etags: string[] = [];
      for (const written of [id, id.toUpperCase(), id.toLowerCase(), id]) {
        for (const text of ['one', 'two']) {
          etags.push(String((await t.ask(path)).headers.etag));
          expect((await patch(id, `${text} of ${written}`, etags.at(-1) ?? '')).status).toBe(200);
        }
        etags.push(String((await t.ask(path)).headers.etag));
        expect(await del(path)).toBeLessThan(205);
        const again = await make(kind, written);
        expect([again.status, again.body.name], again.text).toEqual([201, written]);
        for (const etag of etags) {
          expect((await patch(written, 'late', etag)).status, etag).toBe(412);
          expect((await t.ask(path, { method: 'DELETE', headers: { 'if-match': etag } })).status).toBe(412);
        }
      }
      expect(new Set(etags).size).toBe(etags.length);
    },
  );

  it('by a subscription refuses the buttons on a card of the former one', async () => {
    const [id, ann, bob] = [newId(), await made('users'), await made('users')];
    const approver = t.slack.as('approver');
    const asks = async (user: string) => {
      const wanted = { state: 'submitted', ownerId: `/users/${user}`, displayName: `Of ${user}` };
      expect((await make('subscriptions', id, wanted)).status).toBe(201);
      approver.goesTo('approvals');
      return approver.message(new RegExp(`${user.toLowerCase()}@example.com`));
    };
    const card = await asks(ann);
    expect(await del(`subscriptions/${id}`)).toBe(200);
    await asks(bob);
    await card.clicks(/Approve/);
    await approver.sees(/Someone changed this subscription/);
    expect((await t.ask(`subscriptions/${id}`)).body.properties.state).toBe('submitted');
  });

  it.each(['groups', 'products', 'apis'])('by one of the %s has nothing of the former one', async (kind) => {
    const id = await made(kind);
    const [user, product, api] = await Promise.all(['users', 'products', 'apis'].map((one) => made(one)));
    const [link, listed] = {
      groups: [`groups/${id}/users/${user}`, `groups/${id}/users`],
      products: [`products/${id}/apis/${api}`, `products/${id}/apis`],
      apis: [`products/${product}/apis/${id}`, `products/${product}/apis`],
    }[kind] as [string, string];
    for (let round = 0; round < 2; round++) {
      expect((await put(link)).status).toBe(201);
      const scoped = kind === 'groups' ? null : await made('subscriptions', { scope: `/${kind}/${id}` });
      expect(await del(`${kind}/${id}?deleteSubscriptions=true`)).toBe(200);
      if (scoped) expect((await t.ask(`subscriptions/${scoped}`)).status).toBe(404);
      expect((await make(kind, id)).status).toBe(201);
      expect(names(await list(listed))).toEqual([]);
    }
  });
});

it('deleting what is not there is 204, links with a missing end too', async () => {
  const [user, group, product] = await Promise.all(['users', 'groups', 'products'].map((kind) => made(kind)));
  const gone = newId();
  for (const path of [
    ...KINDS.map((kind) => `${kind}/${gone}`),
    `groups/${gone}/users/${user}`,
    `groups/${group}/users/${gone}`,
    `groups/${group}/users/${user}`,
    `products/${gone}/apis/${gone}`,
    `products/${product}/apis/${gone}`,
    `products/${gone}/groups/${group}`,
    `products/${product}/groups/${gone}`,
  ])
    expect(await del(path), path).toBe(204);
});

describe('user 1', () => {
  const one = () => t.ask('users/1');
  it('is read, has groups, identities and no subscriptions, and refuses every change', async () => {
    const { status, body } = await one();
    expect([status, body.name, body.properties]).toEqual([
      200,
      '1',
      {
        firstName: 'Administrator',
        lastName: '',
        email: 'support@example.com',
        state: 'active',
        registrationDate: expect.any(String),
        identities: [{ provider: 'Azure', id: 'support@example.com' }],
      },
    ]);
    expect((await t.ask('users/1', { method: 'HEAD' })).status).toBe(200);
    expect(names(await list('users/1/groups'))).toEqual(['administrators', 'developers']);
    expect((await list('users/1/identities')).value).toEqual(body.properties.identities);
    expect(await list('users/1/subscriptions')).toEqual({ value: [], count: 0, nextLink: '' });
    expect(
      (await list('groups/administrators/users')).value.map(({ name }: { name: string }) => name),
    ).toEqual(['1']);
    for (const [group, has] of [
      ['administrators', 204],
      ['developers', 204],
      ['guests', 404],
    ] as const)
      expect((await t.ask(`groups/${group}/users/1`, { method: 'HEAD' })).status, group).toBe(has);
    const group = await made('groups');
    for (const [method, path] of [
      ['PUT', 'users/1'],
      ['PATCH', 'users/1'],
      ['DELETE', 'users/1'],
      ['POST', 'users/1/generateSsoUrl'],
      ['POST', 'users/1/token'],
      ['POST', 'users/1/confirmations/password/send'],
      ['PUT', `groups/${group}/users/1`],
      ['DELETE', `groups/${group}/users/1`],
      ['DELETE', 'groups/administrators/users/1'],
    ] as const) {
      const properties = { ...MAKE.users?.('one'), state: 'active' };
      const sent = method === 'PUT' || method === 'PATCH' ? { body: { properties } } : {};
      const answer = await t.ask(path, { method, ...sent });
      expect(answer.status, `${method} ${path}`).toBe(405);
      const rows =
        await t.sql`select target_id from audit where outcome = 'refused' and code = 'not_permitted'
        and split_part(request_id, '/', 1) = ${String(answer.headers['x-ms-request-id'])}`;
      expect(rows, `T55: ${method} ${path}`).toEqual([{ target_id: '1' }]);
    }
  });

  it('comes last in lists, once, wherever a page ends', async () => {
    const mark = newId();
    const ids = [];
    for (let n = 0; n < 3; n++) ids.unshift(await made('users', { note: mark }));
    const expected = [...ids, '1'];
    const filter = `note eq '${mark}' or name eq '1'`;
    for (const top of [1, 2, 3, 4, 5]) {
      const seen: string[] = [];
      let link: string | null = `users?$filter=${encodeURIComponent(filter)}&$top=${top}`;
      while (link) {
        const { body }: Answer = link.startsWith('http')
          ? await t.send(new URL(link).pathname + new URL(link).search)
          : await t.ask(link);
        expect(body.count).toBe(4);
        seen.push(...names(body));
        link = body.nextLink || null;
      }
      expect(seen).toEqual(expected);
    }
    for (let skip = 0; skip < 6; skip++) {
      const path = `users?$filter=${encodeURIComponent(filter)}&$skip=${skip}&$top=2`;
      expect(names((await t.ask(path)).body), `skip ${skip}`).toEqual(expected.slice(skip, skip + 2));
    }
    expect(names(await list('users', `firstName eq 'ADMINISTRATOR'`))).toEqual(['1']);
    expect((await list('users', `name ne '1' and note eq '${mark}'`)).count).toBe(3);
    expect((await list('users', `state eq 'blocked' and name eq '1'`)).count).toBe(0);
    const { value } = (await t.ask(`users?$filter=${encodeURIComponent("name eq '1'")}&expandGroups=true`))
      .body;
    expect(
      value[0].properties.groups.map(({ displayName }: { displayName: string }) => displayName).sort(),
    ).toEqual(['Administrators', 'Developers']);
  });
});

const step = fc.record({
  verb: fc.constantFrom('PUT' as const, 'PUT' as const, 'GET' as const, 'DELETE' as const),
  kind: fc.constantFrom('users', 'groups', 'subscriptions'),
  letters: fc.constantFrom('ab', 'AB', 'Ab', 'xy', 'XY'),
});

it('T90: random requests with ids in differing case agree with a map of lower-case ids', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const word = newId();
      const written = new Map<string, string>();
      for (const { verb, kind, letters } of steps) {
        const id = `${word}-${letters}`;
        const key = `${kind}/${id.toLowerCase()}`;
        const former = written.get(key);
        const path = `${kind}/${id}`;
        const { status, body, text } =
          verb === 'PUT' ? await make(kind, id) : await t.ask(path, { method: verb });
        const said = `${verb} ${path} → ${status} ${text}`;
        if (verb === 'PUT') written.set(key, former ?? id);
        if (verb === 'DELETE') written.delete(key);
        if (verb === 'DELETE') expect(status, said).toBeLessThan(205);
        else expect(status, said).toBe(former === undefined ? (verb === 'PUT' ? 201 : 404) : 200);
        if (verb !== 'DELETE' && status < 300) expect(body.name, said).toBe(written.get(key));
      }
      for (const kind of ['users', 'groups', 'subscriptions']) {
        const living = [...written].flatMap(([key, id]) => (key.startsWith(`${kind}/`) ? [id] : []));
        expect(names(await list(kind, `startswith(name,'${word}-')`)).sort()).toEqual(living.sort());
      }
    }),
    { numRuns: RUNS },
  );
}, 120_000);
