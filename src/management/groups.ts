// Groups, and who is in them.
import { z } from 'zod';
import { DomainError } from '../domain/domain-error.ts';
import { queryAccounts } from '../operations/accounts/query.ts';
import { setGroupsOfAccount } from '../operations/accounts/set-groups.ts';
import { createGroup } from '../operations/groups/create.ts';
import { deleteGroup } from '../operations/groups/delete.ts';
import { queryGroups } from '../operations/groups/query.ts';
import { renameGroup } from '../operations/groups/rename.ts';
import { showGroup } from '../operations/groups/show.ts';
import { ignored, readProperties, text } from './body.ts';
import { type GroupView, viewGroup } from './group-shape.ts';
import { demandNoMatch, expectedVersion } from './if-match.ts';
import { validationError } from './management-error.ts';
import { collection, cursorOf, pageOf } from './page.ts';
import { type Answer, type Call, named, type Route, read } from './route.ts';
import { type AccountView, viewUser } from './user-shape.ts';
import { demandUser } from './users.ts';

const MEMBER = 'groups/{groupId}/users/{userId}';

/** What the operations call otherwise. */
const NAMES = { name: 'displayName' };

export const GROUP_ROUTES: Route[] = named(NAMES, [
  ...read('Group_ListByService', 'groups', listGroups),
  ...read('Group_Get', 'groups/{groupId}', getGroup, 'Group_GetEntityTag'),
  { method: 'PUT', path: 'groups/{groupId}', operation: 'Group_CreateOrUpdate', run: putGroup },
  { method: 'PATCH', path: 'groups/{groupId}', operation: 'Group_Update', run: patchGroup },
  { method: 'DELETE', path: 'groups/{groupId}', operation: 'Group_Delete', run: removeGroup },
  ...read('GroupUser_List', 'groups/{groupId}/users', listMembers),
  { method: 'HEAD', path: MEMBER, operation: 'GroupUser_CheckEntityExists', run: checkMember },
  { method: 'PUT', path: MEMBER, operation: 'GroupUser_Create', run: addMember },
  { method: 'DELETE', path: MEMBER, operation: 'GroupUser_Delete', run: removeMember },
]);

/** Only custom ones are made; a group of a directory elsewhere would never have anybody in it. */
const PROPERTIES = {
  displayName: text,
  description: text,
  type: z.enum(['custom', 'system'], 'must be custom; external groups are not kept here').optional(),
  builtIn: ignored,
  externalId: z.literal('', 'must be empty: external groups are not kept here').optional(),
};

async function listGroups(call: Call): Promise<Answer> {
  const wanted = { ...pageOf(call), ...cursorOf<string>(call) };
  const { groups, count, next } = await queryGroups(call.context, wanted);
  return collection(
    call,
    groups.map((group) => viewGroup(call.address, group)),
    count,
    next,
  );
}

type Versioned = GroupView & { version: number };
const shown = (call: Call, group: Versioned, status: 200 | 201 = 200): Answer => ({
  status,
  body: viewGroup(call.address, group),
  version: group.version,
});

async function getGroup(call: Call): Promise<Answer> {
  return shown(call, await demandGroup(call));
}

async function putGroup(call: Call): Promise<Answer> {
  const { displayName, description, type } = readProperties(call, PROPERTIES);
  if (!displayName) throw validationError({ displayName: 'is needed' });
  const id = groupId(call);
  const existing = await showGroup(call.context, { groupId: id });
  const version = expectedVersion(call, false);
  if (!existing) demandNoMatch(call);
  if (!existing && type === 'system') throw validationError({ type: 'must be custom' });
  const said = { groupId: id, name: displayName, ...(description === undefined ? {} : { description }) };
  if (existing)
    await renameGroup(call.context, {
      ...said,
      ...(version === undefined ? {} : { expectedVersion: version }),
    });
  else await createGroup(call.context, said);
  return shown(call, await demandGroup(call), existing ? 200 : 201);
}

async function patchGroup(call: Call): Promise<Answer> {
  const { displayName, description } = readProperties(call, PROPERTIES);
  const version = expectedVersion(call, true);
  const group = await demandGroup(call);
  await renameGroup(call.context, {
    groupId: group.id,
    name: displayName ?? group.name,
    expectedVersion: version ?? group.version,
    ...(description === undefined ? {} : { description }),
  });
  return shown(call, await demandGroup(call));
}

async function removeGroup(call: Call): Promise<Answer> {
  const version = expectedVersion(call, true);
  try {
    const expected = version === undefined ? {} : { expectedVersion: version };
    await deleteGroup(call.context, { groupId: groupId(call), ...expected });
    return { status: 200 };
  } catch (error) {
    if (error instanceof DomainError && error.code === 'group_not_found') return { status: 204 };
    throw error;
  }
}

async function listMembers(call: Call): Promise<Answer> {
  const cursor = cursorOf<{ registeredAt: string; id: string }>(call);
  const wanted = { groupId: groupId(call), ...pageOf(call), ...cursor };
  const { accounts, count, next } = await queryAccounts(call.context, wanted);
  const value = accounts.map((account) => viewUser(call.address, account, undefined, 'groups/users'));
  return collection(call, value, count, next);
}

async function checkMember(call: Call): Promise<Answer> {
  const { isIn } = await membership(call);
  return { status: isIn ? 204 : 404 };
}

async function addMember(call: Call): Promise<Answer> {
  const { account, group, isIn } = await membership(call);
  const status = isIn ? 200 : 201;
  if (!isIn || group.type === 'system')
    await setGroupsOfAccount(call.context, { accountId: account.id, join: [group.id] });
  return { status, body: viewUser(call.address, account, undefined, 'groups/users') };
}

async function removeMember(call: Call): Promise<Answer> {
  const { account, group, isIn } = await membership(call);
  if (!isIn && group.type === 'custom') return { status: 204 };
  await setGroupsOfAccount(call.context, { accountId: account.id, leave: [group.id] });
  return { status: 200 };
}

async function membership(call: Call): Promise<{ account: AccountView; group: GroupView; isIn: boolean }> {
  const group = await demandGroup(call);
  const account = await demandUser(call);
  const isIn =
    group.type === 'system' ? group.id === 'developers' : account.groups.some(({ id }) => id === group.id);
  return { account, group, isIn };
}

/** Errors: `group_not_found`. */
async function demandGroup(call: Call): Promise<Versioned> {
  const group = await showGroup(call.context, { groupId: groupId(call) });
  if (!group) throw new DomainError('group_not_found');
  return group;
}

const groupId = ({ params }: Call): string => params.groupId ?? '';
