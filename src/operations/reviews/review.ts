// A review of access as people see it, and who may answer in it.
import { findAccount } from '../../db/accounts/accounts.ts';
import { findStanding } from '../../db/operators/operators.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import {
  changeReview,
  findReview,
  listReviewPeople,
  lockReview,
  type Review,
  type ReviewPerson,
} from '../../db/reviews/reviews.ts';
import { countAnswers, type ReviewProgress } from '../../db/reviews/rows.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { actorId, ownEmailOf } from '../frame/actor.ts';
import type { Act } from '../frame/context.ts';
import { demandRoleInNoDoubt } from '../frame/permission.ts';

export type ReviewView = Omit<Review, 'serviceId' | 'nextReminderAt' | 'reportedAt' | 'changedAt'> & {
  people: Pick<ReviewPerson, 'person' | 'name' | 'lostAt'>[];
  progress: ReviewProgress;
};

const NO_PROGRESS: ReviewProgress = { kept: 0, blocked: 0, requested: 0, gone: 0, waiting: 0 };

/** In the order given. */
export async function viewReviews(act: Act, reviews: readonly Review[]): Promise<ReviewView[]> {
  const serviceId = act.service.id;
  const progress = await countAnswers(
    act.tx,
    serviceId,
    reviews.map(({ id }) => id),
  );
  return Promise.all(
    reviews.map(async ({ serviceId: _s, nextReminderAt: _n, reportedAt: _r, changedAt: _c, ...review }) => ({
      ...review,
      people: (await listReviewPeople(act.tx, serviceId, review.id)).map(({ person, name, lostAt }) => ({
        person,
        name,
        lostAt,
      })),
      progress: progress.get(review.id) ?? NO_PROGRESS,
    })),
  );
}

export async function viewReview(act: Act, review: Review): Promise<ReviewView> {
  const [view] = await viewReviews(act, [review]);
  if (!view) throw new Error('a review without a view');
  return view;
}

/** Errors: `review_not_found`. */
export async function demandReview(act: Act, id: string): Promise<Review> {
  const review = await findReview(act.tx, act.service.id, id);
  if (!review) throw new DomainError('review_not_found');
  return review;
}

/** Locks it for a change. Errors: `review_not_found`. */
export async function holdReview(act: Act, id: string): Promise<Review> {
  const review = await lockReview(act.tx, act.service.id, id);
  if (!review) throw new DomainError('review_not_found');
  return review;
}

/** From its end on no one answers, also before the job of the minute has ended it. Errors: `review_ended`. */
export function demandOpenReview(review: Review, now: Date): void {
  if (review.state === 'open' && review.endsAt > now) return;
  throw new DomainError('review_ended', {
    current: { by: review.endedBy, at: review.endedAt ?? review.endsAt },
  });
}

/** Whether this person may answer: they were asked and can still act, or the admins are asked and they are one. */
export async function mayAnswer(act: Act, review: Review): Promise<boolean> {
  const { actor } = act;
  if (actor.kind !== 'slack') return false;
  const { role } = await findStanding(act.tx, act.service.id, actor.teamId, actor.userId);
  if (review.adminsSince && role === 'admin') return true;
  const people = await listReviewPeople(act.tx, act.service.id, review.id);
  const own = people.find(({ person }) => person === actorId(actor));
  return own !== undefined && own.lostAt === null && (role !== null || !own.isOperator);
}

/**
 * Returns the role that the reviewer has besides. Errors: `not_permitted` for a person who isn't asked, or no more;
 * `standing_unconfirmed`.
 */
export async function demandReviewer(
  act: Act,
  review: Review,
  accountId: string,
): Promise<'admin' | 'approver' | null> {
  const { actor } = act;
  if (actor.kind !== 'slack' || !(await mayAnswer(act, review)))
    throw new DomainError('not_permitted', { accountId });
  const role = await demandRoleInNoDoubt(act, act.tx, actor);
  return role;
}

/** A person who has an account here doesn't confirm it themselves. Errors: `review_own_account`. */
export async function demandOtherAccount(act: Act, accountId: string): Promise<void> {
  const own = ownEmailOf(act.actor);
  const account = own ? await findAccount(act.tx, act.service.id, accountId) : null;
  if (account && account.emailCanonical === own) throw new DomainError('review_own_account', { accountId });
}

/** Queues a repaint of the messages that show the review. The first one posts them. */
export async function queueReviewRepaint({ tx, service }: Pick<Act, 'tx' | 'service'>, reviewId: string) {
  await addJob(tx, 'repaint-review', { serviceId: service.id, reviewId });
}

type News = 'waiting' | 'escalated' | 'handed-over';

/** Queues a message to the people who are asked now. */
export async function queueReviewNews({ tx, service }: Act, reviewId: string, news: News): Promise<void> {
  await addJob(tx, 'tell-of-review', { serviceId: service.id, reviewId, news });
}

/** Once no reviewer can answer any more, the admins are asked. */
export async function handOverIfAlone(act: Act, reviewId: string): Promise<void> {
  const review = await lockReview(act.tx, act.service.id, reviewId);
  if (review?.state !== 'open') return;
  const people = await listReviewPeople(act.tx, act.service.id, reviewId);
  const isAlone = people.every(({ lostAt }) => lostAt !== null) && review.adminsSince === null;
  await changeReview(act, review, isAlone ? { adminsSince: act.now } : {});
  await queueReviewRepaint(act, reviewId);
  if (isAlone) await queueReviewNews(act, reviewId, 'handed-over');
}
