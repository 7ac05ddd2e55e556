// Offers to people without an account, and the one-time secrets in mailed links.
import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { accounts, groups } from './accounts.ts';
import { at, newest, refersTo, serviceId } from './columns.ts';
import { services } from './services.ts';

export const invitations = pgTable(
  'invitations',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    email: text('email').notNull(),
    emailCanonical: text('email_canonical').notNull(),
    firstName: text('first_name').notNull(),
    lastName: text('last_name').notNull(),
    personalLine: text('personal_line').notNull().default(''),
    /** `open` until something ends it; an open one past `expires_at` counts as expired. */
    state: text('state', { enum: ['open', 'accepted', 'revoked', 'expired'] }).notNull(),
    invitedBy: text('invited_by').notNull(),
    invitedByName: text('invited_by_name').notNull(),
    accountId: text('account_id'),
    version: integer('version').notNull().default(1),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    endedAt: at('ended_at'),
    /** The approver of an invitation that another person requested: `T012/U034`. */
    approvedBy: text('approved_by').notNull().default(''),
    /** Those sent together share one message about who accepted. */
    batchId: uuid('batch_id').notNull().default(sql`gen_random_uuid()`),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('invitations_open').on(t.serviceId, t.emailCanonical).where(sql`state = 'open'`),
    index('invitations_by_state').on(t.serviceId, t.state, newest(t.createdAt), newest(t.id)),
    index('invitations_by_email').on(t.serviceId, t.emailCanonical),
    index('invitations_of_batch').on(t.serviceId, t.batchId),
    index('invitations_of_account').on(t.serviceId, t.accountId),
    index('invitations_to_erase').on(t.endedAt).where(sql`state in ('revoked', 'expired') and email <> ''`),
    refersTo(accounts, t.serviceId, t.accountId),
  ],
);

export const invitationGroups = pgTable(
  'invitation_groups',
  {
    serviceId: serviceId(),
    invitationId: uuid('invitation_id').notNull(),
    groupId: text('group_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.invitationId, t.groupId] }),
    refersTo(invitations, t.serviceId, t.invitationId).onDelete('cascade'),
    refersTo(groups, t.serviceId, t.groupId).onDelete('cascade'),
  ],
);

/** The one-time secrets in mailed links, as SHA-256 only. */
export const tickets = pgTable(
  'tickets',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    purpose: text('purpose', {
      enum: [
        'invitation',
        'password-reset',
        'email-confirmation',
        'sign-in',
        'account-security',
        'session-proof',
      ],
    }).notNull(),
    hash: text('hash').notNull(),
    accountId: text('account_id'),
    invitationId: uuid('invitation_id'),
    /** The email it was sent to; for a change of email, the new one. */
    email: text('email').notNull(),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    usedAt: at('used_at'),
    voidedAt: at('voided_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('tickets_hash').on(t.hash),
    index('tickets_of_account').on(t.serviceId, t.accountId, t.purpose),
    index('tickets_of_invitation').on(t.serviceId, t.invitationId),
    refersTo(accounts, t.serviceId, t.accountId),
    refersTo(invitations, t.serviceId, t.invitationId),
    check('tickets_one_owner', sql`num_nonnulls(account_id, invitation_id) = 1`),
  ],
);
