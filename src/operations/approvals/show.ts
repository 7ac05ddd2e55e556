import { findApproval } from '../../db/operators/approvals.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { viewApproval } from './approval-view.ts';

/** One approval, for telling people about it. Errors: `approval_not_found`. */
export const showApproval = defineOperation({
  name: 'approvals/show',
  allowed: SYSTEM,
  effect: 'read',
  input: { approvalId: input.rowId },
  async run(act, { approvalId }) {
    const approval = await findApproval(act.tx, act.service.id, approvalId);
    if (!approval) throw new DomainError('approval_not_found');
    return viewApproval(act, approval);
  },
});
