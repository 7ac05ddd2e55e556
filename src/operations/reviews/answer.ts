import { z } from 'zod';
import type { Review } from '../../db/reviews/reviews.ts';
import { changeReview } from '../../db/reviews/reviews.ts';
import { lockReviewRow, type ReviewRow, readEvidence, updateReviewRow } from '../../db/reviews/rows.ts';
import { demandActive, holdAccount } from '../accounts/account.ts';
import { blockAccount } from '../accounts/block.ts';
import { actorId } from '../frame/actor.ts';
import { needsSecondOperator, requestApproval } from '../frame/approval.ts';
import { recordApprovalRequest } from '../frame/audit-row.ts';
import type { Act } from '../frame/context.ts';
import { defineOperation, input, MEMBERS } from '../frame/operation.ts';
import {
  demandOpenReview,
  demandOtherAccount,
  demandReview,
  demandReviewer,
  holdReview,
  queueReviewRepaint,
} from './review.ts';
import { demandReviewRow, demandSameAnswer } from './rows.ts';

/**
 * A reviewer says that an account keeps its access, or blocks it, and what was known of it at that moment is kept. The block
 * is the ordinary one, with the reviewer's rights: without the right, or where a block needs a second operator, the answer
 * becomes a request. Of two answers at once, one counts.
 * Errors: `review_not_found`; `review_ended`; `review_answered`; `review_own_account`; `not_permitted` for a person who
 * isn't asked; `account_state_unfitting` for an account that was blocked or deleted meanwhile; `no_second_operator`.
 */
export const answerReview = defineOperation({
  name: 'reviews/answer',
  allowed: MEMBERS,
  effect: 'change',
  input: {
    rowId: input.rowId,
    expectedVersion: z.int().positive(),
    answer: z.enum(['keep', 'block']),
    reason: input.reason.default(''),
    tellDeveloper: z.boolean().default(true),
  },
  async run(act, { rowId, expectedVersion, answer, reason, tellDeveloper }) {
    const seen = await demandReviewRow(act, rowId);
    const review = await demandReview(act, seen.reviewId);
    const role = await demandReviewer(act, review, seen.accountId);
    demandOpenReview(review, act.now);
    demandSameAnswer(seen, expectedVersion);
    await demandOtherAccount(act, seen.accountId);
    const { accountId } = seen;
    const evidence = await readEvidence(act, act.service.id, accountId);
    const how = { accountId, reason: reasonOfBlock(review, reason), tellDeveloper };
    const blocked = answer === 'block' ? await blockOrRequest(act, how, role !== null) : null;
    if (!blocked) demandActive(await holdAccount(act, accountId));
    const row = await lockReviewRow(act.tx, act.service.id, rowId);
    demandSameAnswer(row ?? seen, expectedVersion);
    const held = await holdReview(act, review.id);
    demandOpenReview(held, act.now);
    const answered = { answer, reason, evidence, evidenceAt: act.now, ...blocked };
    await updateReviewRow(act.tx, seen, { ...answered, ...answererOf(act) });
    await changeReview(act, held);
    await queueReviewRepaint(act, review.id);
    act.record({
      target: { kind: 'account', id: accountId },
      reason,
      after: { review: review.id, answer, ...(blocked?.approvalId ? { isRequest: true } : {}) },
    });
    return { answer, name: evidence?.name || evidence?.email || accountId, isRequest: !!blocked?.approvalId };
  },
});

const answererOf = (act: Act) => ({
  answeredBy: actorId(act.actor),
  answeredByName: act.actorName,
  answeredAt: act.now,
});

/** For the operators who look at the account. */
export const reasonOfBlock = ({ scopeName }: Review, reason: string): string =>
  `access review (${scopeName})${reason ? `: ${reason}` : ''}`.slice(0, input.MAX_REASON_LENGTH);

type Block = { accountId: string; reason: string; tellDeveloper: boolean };
type Blocked = Partial<Pick<ReviewRow, 'changeId' | 'approvalId'>>;

async function blockOrRequest(act: Act, block: Block, isOperator: boolean): Promise<Blocked> {
  const allowed = isOperator ? undefined : MEMBERS;
  if (isOperator && !needsSecondOperator(act, blockAccount.operation)) {
    const { changeId } = await blockAccount.runInTransaction(act, act.tx, block);
    return { changeId };
  }
  const waiting = await requestApproval(act, act.tx, {
    operation: blockAccount.operation,
    origin: isOperator ? 'operator' : 'request',
    subject: { kind: 'account', id: block.accountId },
    input: block,
    why: block.reason,
    tryOut: (savepoint) => blockAccount.runInTransaction(act, savepoint, block, { allowed }),
  });
  const { approvalId: id } = waiting;
  if (!waiting.askedBefore)
    await recordApprovalRequest(blockAccount.operation, { ...act, approval: { id } }, act.tx, {
      target: { kind: 'account', id: block.accountId },
      reason: block.reason,
    });
  return { approvalId: id };
}
