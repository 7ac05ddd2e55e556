// Groups and their members.
import { z } from 'zod';
import { DomainError } from '../domain/domain-error.ts';
import type { ProgramAccount } from '../operations/accounts/administrator.ts';
import { listAccounts } from '../operations/accounts/list.ts';
import { setGroupsOfAccount } from '../operations/accounts/set-groups.ts';
import { createGroup } from '../operations/groups/create.ts';
import { deleteGroup } from '../operations/groups/delete.ts';
import { DEVELOPERS_GROUP } from '../operations/groups/group.ts';
import { renameGroup } from '../operations/groups/rename.ts';
import { showGroup } from '../operations/groups/show.ts';
import { choice, demandProperties, ignored, label, readProperties, text } from './body.ts';
import { type GroupView, listGroupsIn, viewGroup } from './group-shape.ts';
import { readIfMatch } from './if-match.ts';
import { validationError } from './management-error.ts';
import { cursorOf, listResponse, pageOf } from './page.ts';
import { defineResource, hasValues, putResource } from './resource.ts';
import {
  changeRoutes,
  type ManagementRequest,
  type ManagementResponse,
  type Route,
  readRoutes,
  withAzureNames,
} from './route.ts';
import { MEMBER_FILTER, viewUser } from './user-shape.ts';
import { demandChangeableUser, demandUser, findChangeableUser } from './users.ts';

const MEMBER = 'groups/{groupId}/users/{userId}';

/** Azure's names of the operations' fields, where they differ. */
const AZURE_NAMES = { name: 'displayName' };

export const GROUP_ROUTES: Route[] = withAzureNames(AZURE_NAMES, [
  ...readRoutes('Group_ListByService', 'groups', (request) => listGroupsIn(request)),
  ...readRoutes('Group_Get', 'groups/{groupId}', (request) => GROUP.get(request), 'Group_GetEntityTag'),
  ...changeRoutes('groups/{groupId}', {
    PUT: ['Group_CreateOrUpdate', createGroup, putGroup],
    PATCH: ['Group_Update', renameGroup, patchGroup],
    DELETE: ['Group_Delete', deleteGroup, removeGroup],
  }),
  ...readRoutes('GroupUser_List', 'groups/{groupId}/users', listMembers),
  { method: 'HEAD', path: MEMBER, operation: 'GroupUser_CheckEntityExists', run: checkMember },
  ...changeRoutes(MEMBER, {
    PUT: ['GroupUser_Create', setGroupsOfAccount, addMember],
    DELETE: ['GroupUser_Delete', setGroupsOfAccount, removeMember],
  }),
]);

/** Only custom groups can be created, because this server reads no external directory. */
const PROPERTIES = {
  displayName: label,
  description: text,
  type: choice(['custom', 'system'], '; external groups are not supported'),
  builtIn: ignored,
  externalId: z.literal('', 'must be empty: external groups are not supported').optional(),
};

const GROUP = defineResource({
  find: (request): Promise<(GroupView & { version: number }) | null> =>
    showGroup(request.context, { groupId: groupId(request) }),
  view: (address, group) => viewGroup(address, group),
  missing: 'group_not_found',
});
export const demandGroup = GROUP.demand;

async function putGroup(request: ManagementRequest): Promise<ManagementResponse> {
  // As in Azure, a PUT replaces: a description that it leaves out goes.
  const { displayName, description = '', type } = readProperties(request, PROPERTIES);
  demandProperties({ displayName }, ['displayName']);
  const group = { groupId: groupId(request), name: displayName ?? '', description };
  return putResource(request, {
    find: () => GROUP.find(request),
    // A built-in group only when it is called so: APIOps sends back what it read.
    isAsGiven: (row) => row.type === (type ?? 'custom') && hasValues(row, { name: displayName, description }),
    async create() {
      if (type === 'system') throw validationError({ type: 'must be custom' });
      await createGroup(request.context, group);
      return GROUP.get(request, 201);
    },
    async update(_row, expected) {
      await renameGroup(request.context, { ...group, ...expected });
      return GROUP.get(request);
    },
    respond: (row) => GROUP.respond(request, row),
  });
}

async function patchGroup(request: ManagementRequest): Promise<ManagementResponse> {
  const { displayName, description } = readProperties(request, PROPERTIES);
  const { expectedVersion } = readIfMatch(request, 'required');
  const group = await demandGroup(request);
  await renameGroup(request.context, {
    groupId: group.id,
    name: displayName ?? group.name,
    expectedVersion: expectedVersion ?? group.version,
    ...(description === undefined ? {} : { description }),
  });
  return GROUP.get(request);
}

async function removeGroup(request: ManagementRequest): Promise<ManagementResponse> {
  const expected = readIfMatch(request, 'required');
  try {
    await deleteGroup(request.context, { groupId: groupId(request), ...expected });
    return { status: 200 };
  } catch (error) {
    if (error instanceof DomainError && error.code === 'group_not_found') return { status: 204 };
    throw error;
  }
}

async function listMembers(request: ManagementRequest): Promise<ManagementResponse> {
  const cursor = cursorOf<{ at: string; id: string }>(request);
  const wanted = {
    groupId: (await demandGroup(request)).id,
    asMembers: true,
    withAdministrator: true,
    ...pageOf(request, MEMBER_FILTER),
    ...cursor,
  };
  const { accounts, administrator, ...page } = await listAccounts(request.context, wanted);
  const value = [...accounts, ...administrator].map((account) =>
    viewUser(request.address, account, undefined, 'groups/users'),
  );
  return listResponse(request, value, page);
}

async function checkMember(request: ManagementRequest): Promise<ManagementResponse> {
  const group = await demandGroup(request);
  return { status: isMember(group, await demandUser(request)) ? 204 : 404 };
}

async function addMember(request: ManagementRequest): Promise<ManagementResponse> {
  const group = await demandGroup(request);
  const account = await demandChangeableUser(request);
  const isIn = isMember(group, account);
  if (!isIn || group.type === 'system')
    await setGroupsOfAccount(request.context, { accountId: account.id, join: [group.id] });
  return { status: isIn ? 200 : 201, body: viewUser(request.address, account, undefined, 'groups/users') };
}

/** Some of Azure's clients take nothing but 200 and 204, also where the group or the user went before. */
async function removeMember(request: ManagementRequest): Promise<ManagementResponse> {
  const group = await GROUP.find(request);
  const account = await findChangeableUser(request);
  const isSystem = group?.type === 'system';
  if (!group || !account || (!isSystem && !isMember(group, account))) return { status: 204 };
  await setGroupsOfAccount(request.context, { accountId: account.id, leave: [group.id] });
  return { status: 200 };
}

function isMember(group: GroupView, account: ProgramAccount): boolean {
  return group.id === DEVELOPERS_GROUP || account.groups.some(({ id }) => id === group.id);
}

const groupId = ({ params }: ManagementRequest): string => params.groupId ?? '';
