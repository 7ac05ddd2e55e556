import { z } from 'zod';
import { findApproval } from '../../db/operators/approvals.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as input from '../frame/input.ts';
import { defineOperation, READERS } from '../frame/operation.ts';

/**
 * How it stands with what was asked for, by whomever: a request for what waits already joins it, and is then followed by
 * both. Errors: `approval_not_found`.
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
    const isOver = state === 'open' && expiresAt <= act.now;
    return { id, operation, state: isOver ? ('expired' as const) : state, code, createdAt, endedAt };
  },
});
