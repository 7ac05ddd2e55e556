import { z } from 'zod';
import { findOperatorRole } from '../../db/operators.ts';
import { defineOperation } from '../operation.ts';

/** The role of whoever asks, or null: for what a menu offers. What they may do is still decided at each act. */
export const showOwnRole = defineOperation({
  name: 'operators/show-own-role',
  allowed: ['admin', 'approver', 'member'],
  effect: 'read',
  input: z.strictObject({}),
  async run(act) {
    const { actor } = act;
    return actor.kind === 'slack'
      ? findOperatorRole(act.tx, act.service.id, actor.teamId, actor.userId)
      : null;
  },
});
