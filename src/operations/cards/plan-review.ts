import { listAdmins } from '../../db/operators/operators.ts';
import { listReviewPeople } from '../../db/reviews/reviews.ts';
import { slackId } from '../frame/actor.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { demandReview, viewReview } from '../reviews/review.ts';
import { channels, planCardsOf } from './planned-cards.ts';

/**
 * Where the messages of a review are, and what they should show. While it is open there is one in each of `channels`: the
 * direct messages of `people`, who are asked now. Errors: `review_not_found`.
 */
export const planReviewCards = defineOperation({
  name: 'cards/plan-review',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { reviewId: input.rowId, channels },
  async run(act, { reviewId, channels }) {
    const serviceId = act.service.id;
    const review = await demandReview(act, reviewId);
    const asked = (await listReviewPeople(act.tx, serviceId, reviewId)).filter(
      ({ lostAt }) => lostAt === null,
    );
    const admins = review.adminsSince ? await listAdmins(act.tx, serviceId) : [];
    const isWaiting = review.state === 'open' && review.endsAt > act.now;
    return {
      review: await viewReview(act, review),
      people: asked.map(({ person }) => person),
      admins: admins.map(({ teamId, slackUserId }) => slackId(teamId, slackUserId)),
      cards: await planCardsOf(act, { reviewId }, { isWaiting, channels }),
    };
  },
});
