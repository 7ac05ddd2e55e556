// Operations that wait for a second operator.
import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { at, refersTo, serviceId } from './columns.ts';
import { services } from './services.ts';
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
