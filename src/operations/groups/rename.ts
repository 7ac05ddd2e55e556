import { z } from 'zod';
import { findGroupByName, holdGroupNames, lockGroup, updateGroup } from '../../db/accounts/groups.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { demandVersion } from '../catalog/view.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { groupDescription, groupName } from './group.ts';

/** Changes name and description. Errors: `group_not_found`, `group_built_in`, `catalog_changed`, `group_name_taken`. */
export const renameGroup = defineOperation({
  name: 'groups/rename',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: {
    groupId: z.string().min(1).max(256),
    expectedVersion: input.expectedVersion,
    name: groupName,
    description: groupDescription.optional(),
  },
  async run(act, { groupId, expectedVersion, name, description }) {
    await holdGroupNames(act.tx, act.service.id);
    const group = await lockGroup(act.tx, act.service.id, groupId);
    if (!group) throw new DomainError('group_not_found');
    if (group.type === 'system') throw new DomainError('group_built_in');
    demandVersion(group, expectedVersion);
    const other = await findGroupByName(act.tx, act.service.id, name);
    if (other && other.id !== groupId) throw new DomainError('group_name_taken');
    const change = { name, description: description ?? group.description };
    await updateGroup(act.tx, group, change);
    act.record({
      target: { kind: 'group', id: groupId },
      before: { name: group.name, description: group.description },
      after: change,
    });
    return { groupId, name };
  },
});
