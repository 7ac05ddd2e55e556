// A group in Azure's form.
import { type Address, resourceId } from './address.ts';
import { textField } from './filter.ts';

export type GroupView = { id: string; name: string; description: string; type: 'system' | 'custom' };

export const groupProperties = ({ name, description, type }: Omit<GroupView, 'id'>) => ({
  displayName: name,
  ...(description === '' ? {} : { description }),
  builtIn: type === 'system',
  type,
});

/** `under` is the resource that the group is listed below, such as `users`, `ann`. */
export function viewGroup(address: Address, group: GroupView, under: readonly string[] = []) {
  const kinds = [...under.filter((_, index) => index % 2 === 0), 'groups'];
  return {
    id: resourceId(address, ...under, 'groups', group.id),
    type: `Microsoft.ApiManagement/service/${kinds.join('/')}`,
    name: group.id,
    properties: groupProperties(group),
  };
}

export const GROUP_FILTER = {
  name: textField('id'),
  displayName: textField('name'),
  description: textField('description'),
  // No directory elsewhere knows a group of ours.
  externalId: textField<'id'>({ firstOf: [{ prefix: '' }] }),
};
