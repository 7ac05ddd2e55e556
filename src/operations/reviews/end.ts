import type { Review } from '../../db/reviews/reviews.ts';
import { changeReview } from '../../db/reviews/reviews.ts';
import { countAnswers, renewEvidence } from '../../db/reviews/rows.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { nextReminder } from '../../domain/review.ts';
import { type Act, ADMINS, defineOperation, input } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { demandOpenReview, holdReview, queueReviewNews, queueReviewRepaint } from './review.ts';

/** What the admins get to answer what the reviewers didn't. */
const ESCALATED_DAYS = 7;

/**
 * Ends a review: an admin once every account is answered, the job of the minute at its end. Then what wasn't answered goes to
 * the admins for a week, once, if the review says so. One that blocks ends when the last such account is blocked.
 * Errors: `review_not_found`; `review_ended`; `review_unanswered` with the number.
 */
export const endReview = defineOperation({
  name: 'reviews/end',
  allowed: [...ADMINS, 'system'],
  effect: 'change',
  input: { reviewId: input.rowId },
  async run(act, { reviewId }) {
    const review = await holdReview(act, reviewId);
    const isByTime = act.actor.kind === 'system';
    if (!isByTime) demandOpenReview(review, act.now);
    else if (review.state !== 'open' || review.endsAt > act.now) return act.nothingChanged();
    const { waiting = 0 } = (await countAnswers(act.tx, act.service.id, [reviewId])).get(reviewId) ?? {};
    if (waiting > 0) {
      if (!isByTime) throw new DomainError('review_unanswered', { count: waiting });
      if (review.atEnd === 'block') return act.nothingChanged();
      if (!review.escalatedAt) return escalate(act, review, waiting);
    }
    await renewEvidence(act, review);
    const endAuditId = act.record({
      target: { kind: 'review', id: reviewId },
      after: { unanswered: waiting },
    });
    await changeReview(act, review, {
      state: 'ended',
      endedAt: act.now,
      endedBy: isByTime ? '' : act.actorName,
      endAuditId,
    });
    await queueReviewRepaint(act, reviewId);
  },
});

async function escalate(act: Act, review: Review, waiting: number): Promise<void> {
  const endsAt = hoursAfter(act.now, ESCALATED_DAYS * 24);
  await changeReview(act, review, {
    escalatedAt: act.now,
    adminsSince: review.adminsSince ?? act.now,
    endsAt,
    nextReminderAt: review.hasReminders ? nextReminder({ createdAt: act.now, endsAt }, act.now) : null,
  });
  await queueReviewRepaint(act, review.id);
  await queueReviewNews(act, review.id, 'escalated');
  act.record({
    target: { kind: 'review', id: review.id },
    before: { endsAt: review.endsAt },
    after: { endsAt, unanswered: waiting },
  });
}
