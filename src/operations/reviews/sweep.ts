import { addJob } from '../../db/outbox/jobs.ts';
import {
  changeReview,
  listPeopleWithoutRole,
  listReviewsToRemind,
  listReviewsToReport,
  lockReview,
  loseReviewer,
} from '../../db/reviews/reviews.ts';
import { nextReminder } from '../../domain/review.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { handOverIfAlone, queueReviewNews } from './review.ts';

const MAX_SWEPT = 100;

/**
 * Each minute: reviewers who lost their role answer no more, reminders go out at half of the time and a day before the end, and
 * the report of a review is sent once its end is in the audit's chain.
 */
export const sweepReviews = defineOperation({
  name: 'reviews/sweep',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const serviceId = act.service.id;
    for (const { reviewId, person } of await listPeopleWithoutRole(act.tx, serviceId, MAX_SWEPT)) {
      await loseReviewer(act, { serviceId, reviewId, person });
      await handOverIfAlone(act, reviewId);
    }
    for (const id of await listReviewsToRemind(act.tx, serviceId, act.now, MAX_SWEPT)) {
      const review = await lockReview(act.tx, serviceId, id);
      if (review?.state !== 'open' || !review.nextReminderAt || review.nextReminderAt > act.now) continue;
      const from = review.escalatedAt ?? review.createdAt;
      const nextReminderAt = nextReminder({ createdAt: from, endsAt: review.endsAt }, act.now);
      await changeReview(act, review, { nextReminderAt });
      await queueReviewNews(act, id, 'waiting');
    }
    for (const id of await listReviewsToReport(act.tx, serviceId, MAX_SWEPT)) {
      const review = await lockReview(act.tx, serviceId, id);
      if (!review || review.reportedAt) continue;
      await changeReview(act, review, { reportedAt: act.now });
      await addJob(act.tx, 'send-review-report', { serviceId, reviewId: id });
    }
  },
});
