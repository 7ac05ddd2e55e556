import { z } from 'zod';
import { holdGroupNames, insertGroup } from '../../db/groups.ts';
import { newId } from '../../db/ids.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { groupDescription, groupName } from '../group-input.ts';
import { ADMINS_AND_PROGRAMS, defineOperation } from '../operation.ts';

/** Makes a custom group. Errors: `group_name_taken`. Source: Azure, Group create (displayName 1–300). */
export const createGroup = defineOperation({
  name: 'groups/create',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: z.strictObject({ name: groupName, description: groupDescription.default('') }),
  async run(act, { name, description }) {
    await holdGroupNames(act.tx, act.service.id);
    const group = await insertGroup(act.tx, {
      serviceId: act.service.id,
      id: newId(act.now, act.random),
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
