import { z } from 'zod';
import { listReviewRows } from '../../db/reviews/rows.ts';
import { defineOperation, input, MEMBERS } from '../frame/operation.ts';
import { countCutOff } from '../subscriptions/subscription.ts';
import { demandOpenReview, demandReview, demandReviewer } from './review.ts';
import { demandReviewRow, demandSameAnswer, viewReviewRows } from './rows.ts';

/**
 * An account that a reviewer is about to block: what is known of it, what a block cuts off, and whether they may block it
 * themselves. Errors: `review_not_found`; `review_ended`; `review_answered`; `not_permitted`.
 */
export const showReviewRow = defineOperation({
  name: 'reviews/show-row',
  allowed: MEMBERS,
  effect: 'read',
  input: { rowId: input.rowId, expectedVersion: z.int().positive() },
  async run(act, { rowId, expectedVersion }) {
    const row = await demandReviewRow(act, rowId);
    const review = await demandReview(act, row.reviewId);
    const role = await demandReviewer(act, review, row.accountId);
    demandOpenReview(review, act.now);
    demandSameAnswer(row, expectedVersion);
    const list = listReviewRows(act.tx, { serviceId: act.service.id, reviewId: review.id });
    const [view] = await viewReviewRows(act, review, await list.rows({ limit: 1, after: row.place - 1 }));
    if (!view) throw new Error('a row of a review is gone');
    return { row: view, cutOff: await countCutOff(act, row.accountId), isOperator: role !== null };
  },
});
