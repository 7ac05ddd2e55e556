// Reviews of access: who is asked about which accounts, and what they answered.
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { REVIEW_ENDS, REVIEW_SCOPES, type ReviewEvidence } from '../../domain/review.ts';
import { accounts } from './accounts.ts';
import { approvals } from './approvals.ts';
import { at, refersTo, serviceId } from './columns.ts';
import { services } from './services.ts';

export const reviews = pgTable(
  'reviews',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    scope: text('scope', { enum: REVIEW_SCOPES }).notNull(),
    /** The product or group, which may be gone by now; null for all accounts. */
    scopeId: text('scope_id'),
    /** As it was called at the start. */
    scopeName: text('scope_name').notNull(),
    /** What the admin wrote to the reviewers. */
    note: text('note').notNull().default(''),
    /** What becomes of accounts without an answer. */
    atEnd: text('at_end', { enum: REVIEW_ENDS }).notNull(),
    hasReminders: boolean('has_reminders').notNull(),
    /** Null: no further one. */
    nextReminderAt: at('next_reminder_at'),
    total: integer('total').notNull(),
    state: text('state', { enum: ['open', 'ended', 'stopped'] }).notNull(),
    startedBy: text('started_by').notNull(),
    startedByName: text('started_by_name').notNull(),
    /** From then on the admins answer too: no reviewer could act any more, or the first end has passed. */
    adminsSince: at('admins_since'),
    /** When its first end passed with accounts unanswered, and the admins got a week more. */
    escalatedAt: at('escalated_at'),
    endedBy: text('ended_by').notNull().default(''),
    stopReason: text('stop_reason').notNull().default(''),
    /** The audit row of its end. Once that is in the chain, the report can name its place there. */
    endAuditId: uuid('end_audit_id'),
    /** When the job that sends the report was queued. */
    reportedAt: at('reported_at'),
    version: integer('version').notNull().default(1),
    createdAt: at('created_at').notNull(),
    changedAt: at('changed_at').notNull(),
    endsAt: at('ends_at').notNull(),
    endedAt: at('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    index('reviews_open').on(t.serviceId, t.endsAt).where(sql`state = 'open'`),
    index('reviews_to_report').on(t.serviceId).where(sql`ended_at is not null and reported_at is null`),
    check('reviews_end', sql`(state = 'open') = (ended_at is null)`),
  ],
);

/** The people who are asked. Each may answer for every account of the review. */
export const reviewPeople = pgTable(
  'review_people',
  {
    serviceId: serviceId(),
    reviewId: uuid('review_id').notNull(),
    /** `T012/U034`. */
    person: text('person').notNull(),
    name: text('name').notNull(),
    /** They were asked as an operator: without a role they can't answer any more. */
    isOperator: boolean('is_operator').notNull(),
    /** Since when they can't answer any more. */
    lostAt: at('lost_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.reviewId, t.person] }),
    index('review_people_by_person').on(t.serviceId, t.person),
    refersTo(reviews, t.serviceId, t.reviewId),
  ],
);

/** One account of a review. The evidence is personal data, which erasure empties; the answer stays. */
export const reviewRows = pgTable(
  'review_rows',
  {
    serviceId: serviceId(),
    id: uuid('id').notNull(),
    reviewId: uuid('review_id').notNull(),
    /** 1, 2, 3 … in the review. */
    place: integer('place').notNull(),
    accountId: text('account_id').notNull(),
    /** As of the start; of the answer, once there is one; of the end. Null once erased. */
    evidence: jsonb('evidence').$type<ReviewEvidence>(),
    evidenceAt: at('evidence_at').notNull(),
    answer: text('answer', { enum: ['keep', 'block'] }),
    /** Who answered: `T012/U034`, or `rule` when the end did. */
    answeredBy: text('answered_by').notNull().default(''),
    answeredByName: text('answered_by_name').notNull().default(''),
    answeredAt: at('answered_at'),
    reason: text('reason').notNull().default(''),
    /** The request for a block that the reviewer might not do alone. */
    approvalId: uuid('approval_id'),
    /** The audit row of the block, by which it is undone. */
    changeId: uuid('change_id'),
    version: integer('version').notNull().default(1),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('review_rows_of_review').on(t.serviceId, t.reviewId, t.place),
    index('review_rows_of_account').on(t.serviceId, t.accountId),
    refersTo(reviews, t.serviceId, t.reviewId),
    refersTo(accounts, t.serviceId, t.accountId),
    refersTo(approvals, t.serviceId, t.approvalId),
    check('review_rows_answer', sql`(answer is null) = (answered_at is null)`),
  ],
);
