// A group in Azure's form, and lists of groups.
import { listGroups } from '../operations/groups/list.ts';
import { type Address, resourceFields } from './address.ts';
import { textField } from './filter.ts';
import { cursorOf, listResponse, pageOf } from './page.ts';
import type { ManagementRequest, ManagementResponse } from './route.ts';

export type GroupView = { id: string; name: string; description: string; type: 'system' | 'custom' };

export const groupProperties = ({ name, description, type }: Omit<GroupView, 'id'>) => ({
  displayName: name,
  ...(description === '' ? {} : { description }),
  builtIn: type === 'system',
  type,
});

/** `under` is the resource that the group is listed below, such as `users`, `ann`. */
export function viewGroup(address: Address, group: GroupView, under: readonly string[] = []) {
  return {
    ...resourceFields(address, ...under, 'groups', group.id),
    properties: groupProperties(group),
  };
}

const GROUP_FILTER = {
  name: textField('id'),
  displayName: textField('name'),
  description: textField('description'),
  // Our groups come from no other directory, so the id there is always empty.
  externalId: textField<'id'>({ firstOf: [{ prefix: '' }] }),
};

/** `under` is the resource that has them. */
export async function listGroupsIn(
  request: ManagementRequest,
  of: { ids?: string[]; accountId?: string } = {},
  under: readonly string[] = [],
): Promise<ManagementResponse> {
  const wanted = { order: 'name' as const, ...pageOf(request, GROUP_FILTER), ...cursorOf<string>(request) };
  const { groups, ...page } = await listGroups(request.context, { ...wanted, ...of });
  const value = groups.map((group) => viewGroup(request.address, group, under));
  return listResponse(request, value, page);
}
