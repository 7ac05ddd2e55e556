// Operations that wait for a second operator, and the Slack messages that show accounts, approvals and subscriptions.
import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { accounts, signUpSummaries } from './accounts.ts';
import { azureDrifts } from './azure.ts';
import { at, refersTo, serviceId } from './columns.ts';
import { leakedKeys } from './leaked-keys.ts';
import { services } from './services.ts';
import { subscriptions } from './subscriptions.ts';
import { tokens } from './tokens.ts';

/** A request for an operation that needs a second operator. Its input is sealed until it ends. */
export const approvals = pgTable(
  'approvals',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    operation: text('operation').notNull(),
    /** `request`: by a member without a role, who may do this once it is approved. */
    origin: text('origin', { enum: ['operator', 'request'] }).notNull(),
    /** Id or email of its subject: an operation has one open approval a subject. Emptied at the end. */
    subject: text('subject').notNull(),
    accountId: text('account_id'),
    sealedInput: text('sealed_input'),
    requestedByKind: text('requested_by_kind').notNull(),
    requestedBy: text('requested_by').notNull(),
    requestedByName: text('requested_by_name').notNull(),
    /** The token that requested it; `requested_by` is its owner. */
    requestedByToken: uuid('requested_by_token'),
    why: text('why').notNull().default(''),
    /** `open` until something ends it; an open one past `expires_at` counts as expired. */
    state: text('state', {
      enum: ['open', 'approved', 'declined', 'expired', 'outdated', 'withdrawn'],
    }).notNull(),
    /** Why an approved operation could not be carried out: the code of its refusal. */
    code: text('code'),
    decidedBy: text('decided_by').notNull().default(''),
    decidedByName: text('decided_by_name').notNull().default(''),
    decisionReason: text('decision_reason').notNull().default(''),
    /** How many of the reminders have gone out. */
    reminders: integer('reminders').notNull().default(0),
    version: integer('version').notNull().default(1),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    endedAt: at('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('approvals_open').on(t.serviceId, t.operation, t.subject).where(sql`state = 'open'`),
    index('approvals_of_requester').on(t.serviceId, t.requestedBy, t.id),
    index('approvals_of_account').on(t.serviceId, t.accountId),
    index('approvals_to_erase')
      .on(t.endedAt)
      .where(sql`account_id is null and sealed_input is not null and ended_at is not null`),
    refersTo(accounts, t.serviceId, t.accountId),
    refersTo(tokens, t.serviceId, t.requestedByToken),
    check('approvals_end', sql`(state = 'open') = (ended_at is null)`),
  ],
);

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
    uniqueIndex('cards_of_subscription').on(t.serviceId, t.subscriptionId, t.channelId),
    refersTo(accounts, t.serviceId, t.accountId),
    refersTo(approvals, t.serviceId, t.approvalId),
    refersTo(subscriptions, t.serviceId, t.subscriptionId).onDelete('cascade'),
    refersTo(signUpSummaries, t.serviceId, t.signUpSummaryId),
    refersTo(azureDrifts, t.serviceId, t.driftId).onDelete('cascade'),
    refersTo(leakedKeys, t.serviceId, t.leakedKeyId).onDelete('cascade'),
    check(
      'cards_one_subject',
      sql`num_nonnulls(account_id, approval_id, subscription_id, sign_up_summary_id, invitation_batch_id, drift_id, leaked_key_id) = 1`,
    ),
  ],
);
