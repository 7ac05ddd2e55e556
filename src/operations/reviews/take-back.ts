import { z } from 'zod';
import { findApproval } from '../../db/operators/approvals.ts';
import { changeReview } from '../../db/reviews/reviews.ts';
import { lockReviewRow, type ReviewRow, readEvidence, updateReviewRow } from '../../db/reviews/rows.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { currentState, holdAccount } from '../accounts/account.ts';
import { activateAccount } from '../accounts/activate.ts';
import { approvalStateAt } from '../approvals/approval-view.ts';
import { withdrawApproval } from '../approvals/withdraw.ts';
import { actorId } from '../frame/actor.ts';
import { needsSecondOperator } from '../frame/approval.ts';
import type { Act } from '../frame/context.ts';
import { defineOperation, input, MEMBERS } from '../frame/operation.ts';
import { demandOpenReview, demandReview, demandReviewer, holdReview, queueReviewRepaint } from './review.ts';
import { demandReviewRow, demandSameAnswer } from './rows.ts';

/**
 * Takes an answer back while the review is open, with what it did: a block is undone, a request for one withdrawn. The person
 * who answered may, and admins.
 * Errors: `review_not_found`; `review_ended`; `review_answered`; `not_permitted`; `account_changed` and
 * `account_state_unfitting` when the account was changed since it was blocked, or a reactivation needs a second operator.
 */
export const takeAnswerBack = defineOperation({
  name: 'reviews/take-back',
  allowed: MEMBERS,
  effect: 'change',
  input: { rowId: input.rowId, expectedVersion: z.int().positive() },
  async run(act, { rowId, expectedVersion }) {
    const seen = await demandReviewRow(act, rowId);
    const review = await demandReview(act, seen.reviewId);
    const role = await demandReviewer(act, review, seen.accountId);
    if (role !== 'admin' && seen.answeredBy !== actorId(act.actor))
      throw new DomainError('not_permitted', { accountId: seen.accountId });
    demandOpenReview(review, act.now);
    demandSameAnswer(seen, expectedVersion);
    if (!seen.answer) throw new DomainError('review_answered');
    await undoAnswer(act, seen);
    const row = await lockReviewRow(act.tx, act.service.id, rowId);
    demandSameAnswer(row ?? seen, expectedVersion);
    const held = await holdReview(act, review.id);
    demandOpenReview(held, act.now);
    const evidence = await readEvidence(act, act.service.id, seen.accountId);
    await updateReviewRow(act.tx, seen, { ...NO_ANSWER, evidence, evidenceAt: act.now });
    await changeReview(act, held);
    await queueReviewRepaint(act, review.id);
    act.record({
      target: { kind: 'account', id: seen.accountId },
      before: { review: review.id, answer: seen.answer },
    });
  },
});

const NO_ANSWER = {
  answer: null,
  reason: '',
  answeredBy: '',
  answeredByName: '',
  answeredAt: null,
  approvalId: null,
  changeId: null,
} as const;

async function undoAnswer(act: Act, { accountId, approvalId, changeId }: ReviewRow): Promise<void> {
  const serviceId = act.service.id;
  if (approvalId) {
    const approval = await findApproval(act.tx, serviceId, approvalId);
    if (approval && approvalStateAt(approval, act.now) === 'open')
      await withdrawApproval.runInTransaction(act, act.tx, { approvalId });
  }
  const account = await holdAccount(act, accountId);
  if (account.state !== 'blocked') return;
  if (!changeId || needsSecondOperator(act, activateAccount.operation))
    throw new DomainError('account_state_unfitting', { id: accountId, current: currentState(account) });
  await activateAccount.runInTransaction(act, act.tx, { accountId, undoes: changeId });
}
