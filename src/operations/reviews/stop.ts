import { changeReview } from '../../db/reviews/reviews.ts';
import { renewEvidence } from '../../db/reviews/rows.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { holdReview, queueReviewRepaint, viewReview } from './review.ts';

/**
 * Stops an open review, also while it blocks what wasn't answered. What was answered stays, the rest is left as it is. The report
 * says who stopped it and why. Errors: `review_not_found`; `review_ended`; `invalid_input` without a reason.
 */
export const stopReview = defineOperation({
  name: 'reviews/stop',
  allowed: ADMINS,
  effect: 'change',
  input: { reviewId: input.rowId, reason: input.reason.min(1, 'is needed: the report shows it') },
  async run(act, { reviewId, reason }) {
    const review = await holdReview(act, reviewId);
    if (review.state !== 'open')
      throw new DomainError('review_ended', {
        current: { by: review.endedBy, ...(review.endedAt ? { at: review.endedAt } : {}) },
      });
    await renewEvidence(act, review);
    const endAuditId = act.record({ target: { kind: 'review', id: reviewId }, reason });
    const stopped = await changeReview(act, review, {
      state: 'stopped',
      endedAt: act.now,
      endedBy: act.actorName,
      stopReason: reason,
      endAuditId,
    });
    await queueReviewRepaint(act, reviewId);
    return { review: await viewReview(act, stopped) };
  },
});
