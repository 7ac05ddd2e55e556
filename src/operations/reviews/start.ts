import { z } from 'zod';
import { newId } from '../../db/ids.ts';
import { insertReview, insertReviewPeople } from '../../db/reviews/reviews.ts';
import { insertReviewRows } from '../../db/reviews/rows.ts';
import { MAX_REVIEW_END_LENGTH, nextReminder, REVIEW_ENDS, reviewEnd } from '../../domain/review.ts';
import { actorId } from '../frame/actor.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { demandCount, findReviewers, nameOfScope, planInput } from './plan.ts';
import { queueReviewRepaint, viewReview } from './review.ts';

/**
 * Asks people whether the accounts of a product, a group, or all active ones still need their access. The accounts are those
 * of this moment, each with what is known of it. `end`: "14 days", "2026-12-24"; 14 days without one.
 * Errors: those of `reviews/plan`; `invalid_input` for `end`.
 */
export const startReview = defineOperation({
  name: 'reviews/start',
  allowed: ADMINS,
  effect: 'change',
  input: {
    ...planInput,
    end: z.string().max(MAX_REVIEW_END_LENGTH).default(''),
    atEnd: z.enum(REVIEW_ENDS).default('escalate'),
    hasReminders: z.boolean().default(true),
    note: input.reason.default(''),
  },
  prepare: (context, { people }) => findReviewers(context, people),
  async run(act, { scope, scopeId, end, atEnd, hasReminders, note }, reviewers) {
    const serviceId = act.service.id;
    const scoped = { scope, scopeId: scope === 'all' ? null : (scopeId ?? null) };
    const scopeName = await nameOfScope(act, scoped);
    const endsAt = reviewEnd(end, act.now);
    const review = await insertReview(act.tx, {
      ...scoped,
      serviceId,
      id: newId(act.now, act.random),
      scopeName,
      note,
      atEnd,
      hasReminders,
      nextReminderAt: hasReminders ? nextReminder({ createdAt: act.now, endsAt }, act.now) : null,
      total: await demandCount(act, scoped),
      state: 'open',
      startedBy: actorId(act.actor),
      startedByName: act.actorName,
      createdAt: act.now,
      changedAt: act.now,
      endsAt,
    });
    if (!review) throw new Error('a new id was taken');
    await insertReviewPeople(
      act.tx,
      reviewers.map((one) => ({ serviceId, reviewId: review.id, ...one, lostAt: null })),
    );
    const total = await insertReviewRows(act, review);
    await queueReviewRepaint(act, review.id);
    act.record({
      target: { kind: 'review', id: review.id },
      after: { scope: scopeName, accounts: total, reviewers: reviewers.length, endsAt, atEnd },
    });
    return { review: await viewReview(act, review) };
  },
});
