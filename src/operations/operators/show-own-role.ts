import { defineOperation } from '../frame/operation.ts';
import { demandRoleInNoDoubt } from '../frame/permission.ts';

/**
 * The caller's role, or null, for what a menu offers. Each operation still decides what they may do.
 * Errors: `standing_unconfirmed`.
 */
export const showOwnRole = defineOperation({
  name: 'operators/show-own-role',
  allowed: ['admin', 'approver', 'member'],
  effect: 'read',
  input: {},
  async run(act) {
    const { actor } = act;
    return actor.kind === 'slack' ? demandRoleInNoDoubt(act, act.tx, actor) : null;
  },
});
