import { describe, expect, it } from 'vitest';
import { setGroupsOfAccount } from '../../../src/operations/accounts/set-groups.ts';
import { createGroup } from '../../../src/operations/groups/create.ts';
import { deleteGroup } from '../../../src/operations/groups/delete.ts';
import { listGroups } from '../../../src/operations/groups/list.ts';
import { renameGroup } from '../../../src/operations/groups/rename.ts';
import { showGroup } from '../../../src/operations/groups/show.ts';
import { accountOf, anAccount } from '../../support/accounts.ts';
import { ADMIN, createTestContext, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { uniqueName } from '../../support/subscriptions.ts';

const t = forAllTests(createTestContext);

const admin = () => t.as(ADMIN);
const newGroup = () => createGroup(admin(), { name: uniqueName('Partners ') });
const groupsOf = async (accountId: string) =>
  (await listGroups(admin(), { accountId })).groups.map(({ name }) => name);

describe('creating a group', () => {
  it('stores a custom group that accounts can be put into', async () => {
    const { accountId } = await anAccount(t);
    const wanted = { groupId: 'early-birds', name: ' Early birds ', description: 'They came first.' };
    expect(await createGroup(admin(), wanted)).toEqual({ groupId: 'early-birds', name: 'Early birds' });
    const { groupId, ...words } = { ...wanted, name: 'Early birds' };
    expect(await showGroup(admin(), { groupId })).toMatchObject({ id: groupId, ...words, type: 'custom' });
    await setGroupsOfAccount(admin(), { accountId, groupIds: [groupId] });
    expect(await groupsOf(accountId)).toEqual(['Early birds', 'Developers']);
    const { groups } = await listGroups(admin(), { withMembers: true });
    expect(groups.find(({ id }) => id === groupId)).toMatchObject({ accounts: 1, isBuiltIn: false });
  });

  it('is refused for a name in any case, or an id, that another group has', async () => {
    const { groupId, name } = await newGroup();
    const create = (wanted: Parameters<typeof createGroup>[1]) => refusalOf(createGroup(admin(), wanted));
    expect(await create({ name: name.toUpperCase() })).toBe('group_name_taken');
    expect(await create({ name: 'developers' })).toBe('group_name_taken');
    expect(await create({ groupId, name: uniqueName('Partners ') })).toBe('id_taken');
    expect(await create({ name: ' ' })).toBe('invalid_input');
  });
});

describe('a group that an account is in', () => {
  it('is seen there by its new name after it was renamed', async () => {
    const { groupId, name } = await newGroup();
    const { name: taken } = await newGroup();
    const { accountId } = await anAccount(t, { groupIds: [groupId] });
    const { version = 0 } = (await showGroup(admin(), { groupId })) ?? {};
    const rename = (wanted: object) =>
      renameGroup(admin(), { groupId, expectedVersion: version, name: uniqueName('Friends '), ...wanted });

    expect(await refusalOf(rename({ name: taken.toUpperCase() }))).toBe('group_name_taken');
    expect(await refusalOf(rename({ groupId: 'developers', expectedVersion: undefined }))).toBe(
      'group_built_in',
    );
    expect(await groupsOf(accountId)).toEqual([name, 'Developers']);
    const { name: renamed } = await rename({});
    expect(await groupsOf(accountId)).toEqual([renamed, 'Developers']);
    expect(await refusalOf(rename({}))).toBe('catalog_changed');
  });

  it('disappears there when it is deleted, and the account stays', async () => {
    const { groupId: kept, name } = await newGroup();
    const { groupId } = await newGroup();
    const { accountId } = await anAccount(t, { groupIds: [kept, groupId] });
    await deleteGroup(admin(), { groupId });
    expect(await groupsOf(accountId)).toEqual([name, 'Developers']);
    expect(await accountOf(t, accountId)).toMatchObject({ state: 'active', groups: [{ id: kept, name }] });
    const joined = setGroupsOfAccount(admin(), { accountId, join: [groupId] });
    expect(await refusalOf(joined)).toBe('group_not_found');
    expect(await refusalOf(deleteGroup(admin(), { groupId }))).toBe('group_not_found');
    expect(await refusalOf(deleteGroup(admin(), { groupId: 'developers' }))).toBe('group_built_in');
  });
});
