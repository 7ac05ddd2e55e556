import { z } from 'zod';
import { loseReviewer as loseReviewerRow } from '../../db/reviews/reviews.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { handOverIfAlone } from './review.ts';

/** Notes that Slack no longer reaches a reviewer. Once none is left, the admins answer. */
export const loseReviewer = defineOperation({
  name: 'reviews/lose-reviewer',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { reviewId: input.rowId, person: z.string().max(90) },
  async run(act, { reviewId, person }) {
    const isLost = await loseReviewerRow(act, { serviceId: act.service.id, reviewId, person });
    if (isLost) await handOverIfAlone(act, reviewId);
  },
});
