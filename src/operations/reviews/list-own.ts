import { findOperatorRole } from '../../db/operators/operators.ts';
import { listReviewsOf } from '../../db/reviews/reviews.ts';
import { actorId } from '../frame/actor.ts';
import { defineOperation, MEMBERS } from '../frame/operation.ts';
import { mayAnswer, viewReviews } from './review.ts';

const MAX_LISTED = 10;

/** The open reviews in which this person may answer, the first to end first. */
export const listOwnReviews = defineOperation({
  name: 'reviews/list-own',
  allowed: MEMBERS,
  effect: 'read',
  input: {},
  async run(act) {
    const { actor } = act;
    if (actor.kind !== 'slack') return { reviews: [] };
    const serviceId = act.service.id;
    const role = await findOperatorRole(act.tx, serviceId, actor.teamId, actor.userId);
    const of = { serviceId, person: actorId(actor), isAdmin: role === 'admin', limit: MAX_LISTED };
    const found = await listReviewsOf(act.tx, of);
    const may = await Promise.all(found.map((review) => mayAnswer(act, review)));
    const own = found.filter((review, at) => may[at] && review.endsAt > act.now);
    return { reviews: await viewReviews(act, own) };
  },
});
