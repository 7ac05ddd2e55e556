import { z } from 'zod';
import { listReviews as listReviewRows } from '../../db/reviews/reviews.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { viewReviews } from './review.ts';

const REVIEWS_A_PAGE = 10;

/** A page of reviews with how far they are, newest first; with `isOpen`, only those that have not ended. */
export const listReviews = defineOperation({
  name: 'reviews/list',
  allowed: OPERATORS,
  effect: 'read',
  input: { isOpen: z.boolean().optional(), ...lists.pageInput(REVIEWS_A_PAGE, input.rowId) },
  async run(act, { isOpen, ...wanted }) {
    const list = listReviewRows(act.tx, { serviceId: act.service.id, isOpen });
    const { page, ...more } = await lists.readPage(wanted, list);
    return { reviews: await viewReviews(act, page), ...more };
  },
});
