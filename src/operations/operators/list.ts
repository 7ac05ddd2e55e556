import { z } from 'zod';
import { listOperators as listOperatorRows } from '../../db/operators/operators.ts';
import { defineOperation } from '../frame/operation.ts';

/** The operators of a workspace. Every member may see them, to know who to ask. */
export const listOperators = defineOperation({
  name: 'operators/list',
  allowed: ['admin', 'approver', 'member', 'console', 'system'],
  effect: 'read',
  input: { teamId: z.string().max(40) },
  run: (act, { teamId }) => listOperatorRows(act.tx, act.service.id, teamId),
});
