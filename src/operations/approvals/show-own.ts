import { z } from 'zod';
import { findApproval } from '../../db/approvals.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { requesterId } from '../audit-row.ts';
import * as input from '../input.ts';
import { defineOperation, READERS } from '../operation.ts';

/** How it stands with what whoever asks has asked for, themselves or by a program. Errors: `approval_not_found`. */
export const showOwnApproval = defineOperation({
  name: 'approvals/show-own',
  allowed: READERS,
  effect: 'read',
  input: z.strictObject({ approvalId: input.rowId }),
  async run(act, { approvalId }) {
    const approval = await findApproval(act.tx, act.service.id, approvalId);
    if (!approval || approval.requestedBy !== requesterId(act.actor))
      throw new DomainError('approval_not_found');
    const { id, operation, state, code, createdAt, endedAt, expiresAt } = approval;
    const isOver = state === 'open' && expiresAt <= act.now;
    return { id, operation, state: isOver ? ('expired' as const) : state, code, createdAt, endedAt };
  },
});
