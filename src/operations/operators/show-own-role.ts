import { z } from 'zod';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation } from '../frame/operation.ts';
import { demandRoleInNoDoubt } from '../frame/permission.ts';

/**
 * The caller's role, or null, for what a menu offers. Each operation still decides what they may do. With `oneOf`, for a
 * form that only these roles can submit. Errors: `not_permitted` when the role is none of them; `standing_unconfirmed`.
 */
export const showOwnRole = defineOperation({
  name: 'operators/show-own-role',
  allowed: ['admin', 'approver', 'member'],
  effect: 'read',
  input: z.strictObject({
    oneOf: z
      .array(z.enum(['admin', 'approver']))
      .max(2)
      .optional(),
  }),
  async run(act, { oneOf }) {
    const { actor } = act;
    const role = actor.kind === 'slack' ? await demandRoleInNoDoubt(act, act.tx, actor) : null;
    if (oneOf && (!role || !oneOf.includes(role))) throw new DomainError('not_permitted');
    return role;
  },
});
