import { findGroupId, holdGroupNames, insertGroup } from '../../db/accounts/groups.ts';
import { firstVersion } from '../../db/audit/rows.ts';
import { newId } from '../../db/ids.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS_AND_PROGRAMS, defineOperation } from '../frame/operation.ts';
import { groupDescription, groupName, newGroupId } from './group.ts';

/** Makes a custom group. Errors: `group_name_taken`; `id_taken`, compared without case. Source: Azure, Group create (displayName 1–300). */
export const createGroup = defineOperation({
  name: 'groups/create',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: {
    groupId: newGroupId.optional(),
    name: groupName,
    description: groupDescription.default(''),
  },
  async run(act, { groupId, name, description }) {
    await holdGroupNames(act.tx, act.service.id);
    if (groupId !== undefined && (await findGroupId(act.tx, act.service.id, groupId)))
      throw new DomainError('id_taken', { id: groupId });
    const id = groupId ?? newId(act.now, act.random);
    const group = await insertGroup(act.tx, {
      serviceId: act.service.id,
      id,
      version: await firstVersion(act.tx, act.service.id, { kind: 'group', id }),
      name,
      description,
      type: 'custom',
      createdAt: act.now,
    });
    if (!group) throw new DomainError('group_name_taken');
    act.record({ target: { kind: 'group', id: group.id }, after: { name, description } });
    return { groupId: group.id, name };
  },
});
