import { z } from 'zod';
import { deleteGroup as deleteGroupRow, lockGroup } from '../../db/accounts/groups.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { demandVersion } from '../catalog/view.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';

/** Deletes a custom group; its accounts stay. Errors: `group_not_found`, `group_built_in`, `catalog_changed`. */
export const deleteGroup = defineOperation({
  name: 'groups/delete',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: { groupId: z.string().min(1).max(256), expectedVersion: input.expectedVersion },
  async run(act, { groupId, expectedVersion }) {
    const group = await lockGroup(act.tx, act.service.id, groupId);
    if (!group) throw new DomainError('group_not_found');
    if (group.type === 'system') throw new DomainError('group_built_in');
    demandVersion(group, expectedVersion);
    await deleteGroupRow(act.tx, group);
    act.record({ target: { kind: 'group', id: groupId }, before: { name: group.name } });
    return { groupId, name: group.name };
  },
});
