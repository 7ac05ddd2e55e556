import { z } from 'zod';
import { findGroups } from '../../db/accounts/groups.ts';
import { defineOperation, READERS } from '../frame/operation.ts';

/** One group; null when there is none. */
export const showGroup = defineOperation({
  name: 'groups/show',
  allowed: READERS,
  effect: 'read',
  input: { groupId: z.string().min(1).max(256) },
  async run(act, { groupId }) {
    const [found] = await findGroups(act.tx, act.service.id, [groupId]);
    if (!found) return null;
    const { serviceId: _, ...group } = found;
    return group;
  },
});
