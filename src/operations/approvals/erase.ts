import { eraseAuditDetails } from '../../db/audit/rows.ts';
import { eraseApprovals, lockApproval } from '../../db/operators/approvals.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { isDueForErasure } from '../accounts/personal-data.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';

/**
 * Erases the email and names in an ended approval that concerns no account, `ERASE_DELETED_AFTER_DAYS` after its end. Its
 * reasons go too, unless it was approved: those are erased with the invitation or account that the approval led to. Work on
 * many accounts leads to none, and each account's history has the reason.
 * Errors: `approval_not_found`.
 */
export const eraseApproval = defineOperation({
  name: 'approvals/erase',
  allowed: SYSTEM,
  effect: 'change',
  input: { approvalId: input.rowId },
  async run(act, { approvalId }) {
    const serviceId = act.service.id;
    const approval = await lockApproval(act.tx, serviceId, approvalId);
    if (!approval) throw new DomainError('approval_not_found');
    const { endedAt, accountId, sealedInput, state, operation } = approval;
    const isDue = endedAt !== null && isDueForErasure(act, endedAt);
    if (!isDue || accountId !== null || sealedInput === null) return act.nothingChanged();
    const keepsReasons = state === 'approved' && operation !== 'batches/begin';
    await eraseApprovals(act.tx, { serviceId, ids: [approvalId], keepsReasons });
    if (!keepsReasons) await eraseAuditDetails(act.tx, serviceId, { kind: 'approval', id: approvalId });
    act.record({ target: { kind: 'approval', id: approvalId } });
  },
});
