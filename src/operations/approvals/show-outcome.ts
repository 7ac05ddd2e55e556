import { findApproval } from '../../db/operators/approvals.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, input, READERS } from '../frame/operation.ts';
import { approvalStateAt } from './approval-view.ts';

/**
 * What became of a request. Any reader may look: a second request for the same joins the open approval, and both
 * requesters follow it. Errors: `approval_not_found`.
 */
export const showApprovalOutcome = defineOperation({
  name: 'approvals/show-outcome',
  allowed: READERS,
  effect: 'read',
  input: { approvalId: input.rowId },
  async run(act, { approvalId }) {
    const approval = await findApproval(act.tx, act.service.id, approvalId);
    if (!approval) throw new DomainError('approval_not_found');
    const { id, operation, code, createdAt, endedAt } = approval;
    return { id, operation, state: approvalStateAt(approval, act.now), code, createdAt, endedAt };
  },
});
