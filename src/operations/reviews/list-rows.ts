import { z } from 'zod';
import { findStanding } from '../../db/operators/operators.ts';
import { findFirstWaiting, listReviewRows } from '../../db/reviews/rows.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as lists from '../frame/lists.ts';
import { type Act, defineOperation, input, MEMBERS } from '../frame/operation.ts';
import { demandReview, mayAnswer, viewReview } from './review.ts';
import { viewReviewRows } from './rows.ts';

const ROWS_A_PAGE = 10;

/**
 * A page of the accounts of a review with their evidence and answers, for its reviewers and every operator. `mayAnswer`: this
 * person is asked. `firstWaiting`: the place of the first account that waits.
 * Errors: `review_not_found`; `not_permitted`.
 */
export const listRowsOfReview = defineOperation({
  name: 'reviews/list-rows',
  allowed: [...MEMBERS, 'console'],
  effect: 'read',
  input: {
    reviewId: input.rowId,
    isWaiting: z.boolean().default(false),
    ...lists.pageInput(ROWS_A_PAGE, z.int().min(0)),
  },
  async run(act, { reviewId, isWaiting, ...wanted }) {
    const serviceId = act.service.id;
    const review = await demandReview(act, reviewId);
    const isAsked = await mayAnswer(act, review);
    if (!isAsked && !(await isOperator(act))) throw new DomainError('not_permitted');
    const list = listReviewRows(act.tx, { serviceId, reviewId, isWaiting });
    const { page, ...more } = await lists.readPage(wanted, list);
    return {
      review: await viewReview(act, review),
      rows: await viewReviewRows(act, review, page),
      mayAnswer: isAsked,
      firstWaiting: await findFirstWaiting(act.tx, serviceId, reviewId),
      ...more,
    };
  },
});

async function isOperator({ actor, tx, service }: Act): Promise<boolean> {
  if (actor.kind !== 'slack') return true;
  return (await findStanding(tx, service.id, actor.teamId, actor.userId)).role !== null;
}
