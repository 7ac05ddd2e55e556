import { z } from 'zod';
import { findOperatorRole, lockAdmins, takeRole } from '../../db/operators/operators.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { slackId } from '../frame/actor.ts';
import { defineOperation, input } from '../frame/operation.ts';
import { demandOtherAdmin, endApprovalsOf } from './operator-rules.ts';

/**
 * Takes a person's role away, or makes an admin an approver, without asking Slack who else can act, and the audit says so:
 * for an outage of Slack, or after a restore from a backup. A person without a role has their requests closed.
 * Errors: `operator_unfitting` when they have no role, or have the one to keep; `operator_last_admin`.
 */
export const withdrawFromConsole = defineOperation({
  name: 'operators/withdraw-from-console',
  allowed: ['console'],
  effect: 'change',
  input: { ...input.slackPerson, keep: z.enum(['none', 'approver']).default('none') },
  async run(act, { teamId, userId, keep }) {
    const key = { serviceId: act.service.id, teamId, slackUserId: userId };
    const admins = await lockAdmins(act.tx, act.service.id);
    const before = await findOperatorRole(act.tx, act.service.id, teamId, userId);
    const role = keep === 'none' ? null : keep;
    if (!before || before === role)
      throw new DomainError('operator_unfitting', { current: { state: before ?? 'without a role' } });
    demandOtherAdmin(admins, key, admins);
    await takeRole(act.tx, key, act.now, { keep: role, by: act.actorName });
    if (!role) await endApprovalsOf(act, { requestedBy: slackId(teamId, userId) }, 'not_permitted');
    act.record({
      target: { kind: 'operator', id: slackId(teamId, userId) },
      before: { role: before },
      after: { role, checkedWithSlack: false },
      isAnnounced: true,
    });
    return { userId, before, role };
  },
});
