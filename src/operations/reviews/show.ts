import { defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { demandReview, viewReview } from './review.ts';

/** A review, who was asked, and how far it is. Errors: `review_not_found`. */
export const showReview = defineOperation({
  name: 'reviews/show',
  allowed: [...OPERATORS, 'system'],
  effect: 'read',
  input: { reviewId: input.rowId },
  run: async (act, { reviewId }) => ({ review: await viewReview(act, await demandReview(act, reviewId)) }),
});
