// The Slack messages that show accounts, approvals, subscriptions and more.
import { sql } from 'drizzle-orm';
import { check, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { accounts, signUpSummaries } from './accounts.ts';
import { approvals } from './approvals.ts';
import { azureDrifts } from './azure.ts';
import { at, refersTo, serviceId } from './columns.ts';
import { leakedKeys } from './leaked-keys.ts';
import { reviews } from './reviews.ts';
import { services } from './services.ts';
import { subscriptions } from './subscriptions.ts';

/** Slack messages of ours that show an account, an approval, a subscription or invitations and are repainted in place. */
export const cards = pgTable(
  'cards',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    accountId: text('account_id'),
    approvalId: uuid('approval_id'),
    subscriptionId: text('subscription_id'),
    signUpSummaryId: uuid('sign_up_summary_id'),
    /** Invitations that were sent together. They have no row of their own. */
    invitationBatchId: uuid('invitation_batch_id'),
    /** A difference with Azure. */
    driftId: uuid('drift_id'),
    /** A key that was found in public. */
    leakedKeyId: uuid('leaked_key_id'),
    reviewId: uuid('review_id'),
    channelId: text('channel_id').notNull(),
    /** Null until Slack has it. */
    messageTs: text('message_ts'),
    /** The version of its subject at the last repaint. */
    paintedVersion: integer('painted_version').notNull().default(0),
    createdAt: at('created_at').notNull(),
    changedAt: at('changed_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('cards_of_account').on(t.serviceId, t.accountId, t.channelId),
    uniqueIndex('cards_of_approval').on(t.serviceId, t.approvalId, t.channelId),
    uniqueIndex('cards_of_summary').on(t.serviceId, t.signUpSummaryId, t.channelId),
    uniqueIndex('cards_of_batch').on(t.serviceId, t.invitationBatchId, t.channelId),
    uniqueIndex('cards_of_drift').on(t.serviceId, t.driftId, t.channelId),
    uniqueIndex('cards_of_leaked_key').on(t.serviceId, t.leakedKeyId, t.channelId),
    uniqueIndex('cards_of_review').on(t.serviceId, t.reviewId, t.channelId),
    uniqueIndex('cards_of_subscription').on(t.serviceId, t.subscriptionId, t.channelId),
    refersTo(accounts, t.serviceId, t.accountId),
    refersTo(approvals, t.serviceId, t.approvalId),
    refersTo(subscriptions, t.serviceId, t.subscriptionId).onDelete('cascade'),
    refersTo(signUpSummaries, t.serviceId, t.signUpSummaryId),
    refersTo(azureDrifts, t.serviceId, t.driftId).onDelete('cascade'),
    refersTo(leakedKeys, t.serviceId, t.leakedKeyId).onDelete('cascade'),
    refersTo(reviews, t.serviceId, t.reviewId),
    check(
      'cards_one_subject',
      sql`num_nonnulls(account_id, approval_id, subscription_id, sign_up_summary_id, invitation_batch_id, drift_id, leaked_key_id, review_id) = 1`,
    ),
  ],
);
