import type { ApiManagementClient } from '@azure/arm-apimanagement';
import { beforeAll, describe, expect, it } from 'vitest';
import { forAllTests } from '../support/for-all-tests.ts';
import { failureOf, GROUP, SERVICE, startTestManagement } from '../support/management.ts';

const t = forAllTests(startTestManagement);
let client: ApiManagementClient;
beforeAll(async () => {
  client = t.client();
});

let count = 0;
const next = (what: string): string => {
  count += 1;
  return `${what}${count}`;
};
async function user() {
  const id = next('ann-');
  await client.user.createOrUpdate(GROUP, SERVICE, id, {
    email: `${id}@example.com`,
    firstName: 'Ann',
    lastName: 'Lee',
  });
  return id;
}
async function group(displayName = next('Partners ')) {
  const id = next('group-');
  const created = await client.group.createOrUpdate(GROUP, SERVICE, id, { displayName });
  return { id, displayName, created };
}
async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe('a group', () => {
  it('is changed in part by a PATCH with its ETag', async () => {
    const { id, displayName, created } = await group();
    const change = { description: '<b>friends</b>' };
    const updated = await client.group.update(GROUP, SERVICE, id, created.eTag ?? '', change);
    expect(updated).toMatchObject({ displayName, ...change });
    expect(await failureOf(client.group.update(GROUP, SERVICE, id, created.eTag ?? '', {}))).toMatchObject({
      status: 412,
    });
  });

  it('has users, who are listed with it, and it is listed with them', async () => {
    const { id, displayName } = await group();
    const [ann, bob] = [await user(), await user()];
    const member = `groups/${id}/users/${ann}`;
    expect((await t.ask(member, { method: 'HEAD' })).status).toBe(404);
    const added = await t.ask(member, { method: 'PUT' });
    expect([added.status, added.body.type]).toEqual([201, 'Microsoft.ApiManagement/service/groups/users']);
    expect((await t.ask(member, { method: 'PUT' })).status).toBe(200);
    expect((await t.ask(member, { method: 'HEAD' })).status).toBe(204);
    await client.groupUser.create(GROUP, SERVICE, id, bob);
    expect((await all(client.groupUser.list(GROUP, SERVICE, id))).map(({ name }) => name)).toEqual([
      ann,
      bob,
    ]);
    expect(
      (await all(client.groupUser.list(GROUP, SERVICE, id, { filter: `name eq '${bob}'` }))).length,
    ).toBe(1);
    const groups = await all(client.userGroup.list(GROUP, SERVICE, ann));
    expect(groups.map((one) => one.displayName)).toEqual(['Developers', displayName]);
    const expanded = await all(
      client.user.listByService(GROUP, SERVICE, { filter: `name eq '${ann}'`, expandGroups: true }),
    );
    expect(expanded[0]?.groups?.map((one) => one.displayName)).toEqual(['Developers', displayName]);
    expect((await t.ask(member, { method: 'DELETE' })).status).toBe(200);
    expect((await t.ask(member, { method: 'DELETE' })).status).toBe(204);
    expect((await all(client.groupUser.list(GROUP, SERVICE, id))).map(({ name }) => name)).toEqual([bob]);
    const audited = await t.sql`select operation from audit where target_id = ${ann} order by id`;
    expect(audited.map(({ operation }) => operation)).toEqual([
      'accounts/add',
      'accounts/set-groups',
      'accounts/set-groups',
    ]);
  });

  it('list refuses a filter that it cannot read, or a skip that is too far, by its operation, which leaves an audit row', async () => {
    const refusals = t.sql<{ count: number }[]>`select count(*)::int as count from audit
      where operation = 'groups/list' and outcome = 'refused' and code = 'invalid_input'`;
    const [before] = await refusals;
    for (const [query, target, words] of [
      ["$filter=password eq 'x'", '$filter', 'has an unknown field “password”'],
      ['$skip=10001', '$skip', 'must be 10000 at most; follow nextLink to go further'],
      ['$top=0', '$top', 'must be 1 at least'],
    ] as const) {
      const { status, body } = await t.ask(`groups?${encodeURI(query)}`);
      expect([status, body.error.code, body.error.details[0].target]).toEqual([
        400,
        'ValidationError',
        target,
      ]);
      expect(body.error.details[0].message).toContain(words);
    }
    const [after] = await t.sql`select count(*)::int as count from audit
      where operation = 'groups/list' and outcome = 'refused' and code = 'invalid_input'`;
    expect(after?.count).toBe((before?.count ?? 0) + 3);
  });

  it('that is built in can be read, and answers 405 to every change', async () => {
    const names = (await all(client.group.listByService(GROUP, SERVICE))).map(
      ({ displayName }) => displayName,
    );
    expect(names).toEqual(expect.arrayContaining(['Administrators', 'Developers', 'Guests']));
    const ann = await user();
    for (const id of ['administrators', 'developers', 'guests']) {
      const body = { properties: { displayName: 'Ours' } };
      const headers = { 'if-match': '*' };
      expect((await t.ask(`groups/${id}`, { method: 'PUT', body })).status).toBe(405);
      expect((await t.ask(`groups/${id}`, { method: 'PATCH', body, headers })).status).toBe(405);
      expect((await t.ask(`groups/${id}`, { method: 'DELETE', headers })).status).toBe(405);
      expect((await t.ask(`groups/${id}/users/${ann}`, { method: 'PUT' })).status).toBe(405);
      expect((await t.ask(`groups/${id}/users/${ann}`, { method: 'DELETE' })).status).toBe(405);
    }
    expect((await t.ask(`groups/developers/users/${ann}`, { method: 'HEAD' })).status).toBe(204);
    expect((await t.ask(`groups/guests/users/${ann}`, { method: 'HEAD' })).status).toBe(404);
    expect(await all(client.groupUser.list(GROUP, SERVICE, 'guests'))).toEqual([]);
    expect((await all(client.groupUser.list(GROUP, SERVICE, 'developers'))).length).toBeGreaterThan(0);
  });

  it.each([
    [{}, ['displayName']],
    [{ displayName: 'x'.repeat(301) }, ['displayName']],
    [{ displayName: 'developers' }, ['displayName']],
    [{ displayName: 'Ours', description: 'x'.repeat(1_001) }, ['description']],
    [{ displayName: 'Ours', type: 'external' }, ['type']],
    [{ displayName: 'Ours', externalId: 'aad://x/groups/y' }, ['externalId']],
  ])('is refused with %j, and the error names %j', async (properties, targets) => {
    const refused = await t.ask(`groups/${next('no-')}`, { method: 'PUT', body: { properties } });
    expect([refused.status, refused.body.error.code]).toEqual([400, 'ValidationError']);
    expect(refused.body.error.details.map((one: { target: string }) => one.target)).toEqual(targets);
  });

  it('is accepted with a name of 300 characters and an id of 256', async () => {
    const id = 'g'.repeat(256);
    const created = await client.group.createOrUpdate(GROUP, SERVICE, id, { displayName: 'é'.repeat(300) });
    expect(created.displayName).toHaveLength(300);
    await client.group.delete(GROUP, SERVICE, id, '*');
  });
});
