import { z } from 'zod';
import { findApproval } from '../../db/operators/approvals.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as input from '../frame/input.ts';
import { defineOperation, READERS } from '../frame/operation.ts';

/**
 * What became of a request. Any reader may look: a second request for the same joins the open approval, and both
 * requesters follow it. Errors: `approval_not_found`.
 */
export const showApprovalOutcome = defineOperation({
  name: 'approvals/show-outcome',
  allowed: READERS,
  effect: 'read',
  input: z.strictObject({ approvalId: input.rowId }),
  async run(act, { approvalId }) {
    const approval = await findApproval(act.tx, act.service.id, approvalId);
    if (!approval) throw new DomainError('approval_not_found');
    const { id, operation, state, code, createdAt, endedAt, expiresAt } = approval;
    const isExpired = state === 'open' && expiresAt <= act.now;
    return { id, operation, state: isExpired ? ('expired' as const) : state, code, createdAt, endedAt };
  },
});
