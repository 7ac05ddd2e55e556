import { findLastMailDue } from '../../db/batches/batches.ts';
import { changeReview } from '../../db/reviews/reviews.ts';
import { lockReviewRow, readEvidence, updateReviewRow } from '../../db/reviews/rows.ts';
import { holdAccount } from '../accounts/account.ts';
import { blockAccount } from '../accounts/block.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { reasonOfBlock } from './answer.ts';
import { demandReview, holdReview, queueReviewRepaint } from './review.ts';
import { demandReviewRow } from './rows.ts';

/** Mails leave one a second, as those of an import. */
const MAIL_EVERY_MS = 1_000;

/**
 * Blocks an account that no reviewer answered for, once the end of a review has come that says so. Does nothing when it was
 * answered, or blocked or deleted in another way.
 * Errors: `review_not_found`; `account_not_found`.
 */
export const blockUnanswered = defineOperation({
  name: 'reviews/block-unanswered',
  allowed: SYSTEM,
  effect: 'change',
  input: { rowId: input.rowId },
  async run(act, { rowId }) {
    const serviceId = act.service.id;
    const { reviewId, accountId } = await demandReviewRow(act, rowId);
    const { atEnd, endsAt } = await demandReview(act, reviewId);
    if (atEnd !== 'block' || endsAt > act.now) return act.nothingChanged();
    const account = await holdAccount(act, accountId);
    const row = await lockReviewRow(act.tx, serviceId, rowId);
    const review = await holdReview(act, reviewId);
    if (review.state !== 'open' || !row || row.answer || account.state !== 'active')
      return act.nothingChanged();
    const evidence = await readEvidence(act, serviceId, accountId);
    const lastMail = Math.max((await findLastMailDue(act.tx, serviceId))?.getTime() ?? 0, act.now.getTime());
    const paced = { ...act, mailNotBefore: new Date(lastMail + MAIL_EVERY_MS) };
    const block = { accountId, reason: reasonOfBlock(review, 'no answer by its end') };
    const { changeId } = await blockAccount.runInTransaction(paced, act.tx, block, { allowed: SYSTEM });
    await updateReviewRow(act.tx, row, {
      answer: 'block',
      answeredBy: 'rule',
      answeredByName: 'the rule for accounts without an answer',
      answeredAt: act.now,
      evidence,
      evidenceAt: act.now,
      changeId,
    });
    await changeReview(act, review);
    await queueReviewRepaint(act, reviewId);
    act.record({ target: { kind: 'account', id: accountId }, after: { review: reviewId, answer: 'block' } });
  },
});
