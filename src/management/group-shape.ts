// A group in Azure's form.
import { type Address, resourceFields } from './address.ts';
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
  return {
    ...resourceFields(address, ...under, 'groups', group.id),
    properties: groupProperties(group),
  };
}

export const GROUP_FILTER = {
  name: textField('id'),
  displayName: textField('name'),
  description: textField('description'),
  // Our groups come from no other directory, so the id there is always empty.
  externalId: textField<'id'>({ firstOf: [{ prefix: '' }] }),
};
