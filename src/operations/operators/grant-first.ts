import { z } from 'zod';
import { grantOperatorOnce } from '../../db/operators/operators.ts';
import { slackId } from '../frame/actor.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';

/**
 * Grants a role that the settings name, once a person: after a withdrawal, a restart does not grant it again. Returns
 * whether it did.
 */
export const grantFirstOperator = defineOperation({
  name: 'operators/grant-first',
  allowed: SYSTEM,
  effect: 'change',
  input: {
    teamId: z.string().max(40),
    slackUserId: z.string().max(40),
    name: z.string().max(200),
    role: z.enum(['admin', 'approver']),
  },
  async run(act, grant) {
    const isNew = await grantOperatorOnce(act.tx, { serviceId: act.service.id, now: act.now, ...grant });
    if (!isNew) {
      act.nothingChanged();
      return false;
    }
    act.record({
      target: { kind: 'operator', id: slackId(grant.teamId, grant.slackUserId) },
      after: { role: grant.role, granted: 'by the settings' },
    });
    return true;
  },
});
