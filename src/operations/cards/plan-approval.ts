import { findApproval } from '../../db/operators/approvals.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { viewApproval } from '../approvals/approval-view.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { channels, planCardsOf } from './planned-cards.ts';

/**
 * Where the approval's cards are, and what they should show. An open approval gets a card in each of `channels`; one that
 * ended before Slack had a card gets none. Errors: `approval_not_found`.
 */
export const planApprovalCards = defineOperation({
  name: 'cards/plan-approval',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { approvalId: input.rowId, channels },
  async run(act, { approvalId, channels }) {
    const found = await findApproval(act.tx, act.service.id, approvalId);
    if (!found) throw new DomainError('approval_not_found');
    const approval = await viewApproval(act, found);
    const isWaiting = approval.state === 'open';
    return { approval, cards: await planCardsOf(act, { approvalId }, { isWaiting, channels }) };
  },
});
