import { endApproval, lockApproval } from '../../db/operators/approvals.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { actorId } from '../frame/actor.ts';
import { defineOperation, input, MEMBERS } from '../frame/operation.ts';
import { queueApprovalEnd } from '../frame/outbox.ts';
import { demandOpen } from './approval-view.ts';

/**
 * The requester withdraws their request. Errors: `approval_not_found`, also for another person's; `approval_ended`.
 */
export const withdrawApproval = defineOperation({
  name: 'approvals/withdraw',
  allowed: MEMBERS,
  effect: 'change',
  input: { approvalId: input.rowId },
  async run(act, { approvalId }) {
    const approval = await lockApproval(act.tx, act.service.id, approvalId);
    if (!approval || approval.requestedBy !== actorId(act.actor)) throw new DomainError('approval_not_found');
    demandOpen(approval, act.now);
    const end = { state: 'withdrawn' as const, decidedBy: actorId(act.actor), decidedByName: act.actorName };
    const ended = await endApproval(act, approval, end);
    await queueApprovalEnd(act.tx, ended);
    act.record({
      target: { kind: 'approval', id: approvalId },
      after: { operation: approval.operation, state: ended.state },
    });
    return { operation: approval.operation };
  },
});
