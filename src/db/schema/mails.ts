// The outbox, the texts that operators changed, and who is mailed about events.
import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { at, refersTo, serviceId } from './columns.ts';
import { invitations, tickets } from './invitations.ts';
import { services } from './services.ts';

export const MAIL_STATES = [
  'queued',
  'accepted',
  'delivered',
  'bounced',
  'complained',
  'failed',
  'cancelled',
  'unknown',
] as const;

/** The outbox. The sealed text is emptied once the mail is delivered or given up. */
export const mails = pgTable(
  'mails',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    template: text('template').notNull(),
    accountId: text('account_id'),
    invitationId: uuid('invitation_id'),
    ticketId: uuid('ticket_id'),
    state: text('state', { enum: MAIL_STATES }).notNull(),
    /** The recipient and variables, later the rendered message. */
    sealedOrder: text('sealed_order'),
    sealedMessage: text('sealed_message'),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: at('next_attempt_at').notNull(),
    leasedUntil: at('leased_until'),
    firstAttemptAt: at('first_attempt_at'),
    providerId: text('provider_id'),
    lastCode: text('last_code'),
    createdAt: at('created_at').notNull(),
    changedAt: at('changed_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    index('mails_due').on(t.nextAttemptAt).where(sql`state = 'queued'`),
    index('mails_of_account').on(t.serviceId, t.accountId, t.id),
    index('mails_of_invitation').on(t.serviceId, t.invitationId, t.id),
    index('mails_by_provider_id').on(t.providerId),
    // Few, so that it was made in a moment on a full database.
    index('mails_returned')
      .on(t.serviceId, t.accountId, t.id)
      .where(sql`state in ('bounced', 'complained') and account_id is not null`),
    refersTo(accounts, t.serviceId, t.accountId),
    refersTo(invitations, t.serviceId, t.invitationId),
    refersTo(tickets, t.serviceId, t.ticketId),
  ],
);

export const TEXT_SYNTAXES = ['markdown', 'xhtml'] as const;

/**
 * Texts that operators or programs changed. A template without a row has its default text and version 1. A row without a
 * text means the default too, but keeps counting versions.
 */
export const mailTexts = pgTable(
  'mail_texts',
  {
    serviceId: serviceId().references(() => services.id),
    template: text('template').notNull(),
    subject: text('subject'),
    body: text('body'),
    /** The syntax of the body. */
    syntax: text('syntax', { enum: TEXT_SYNTAXES }).notNull().default('markdown'),
    version: integer('version').notNull(),
    changedAt: at('changed_at').notNull(),
    changedBy: text('changed_by').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.template] }),
    check('mail_texts_whole', sql`(${t.subject} is null) = (${t.body} is null)`),
  ],
);

/** Who is mailed about an event, besides the operators in Slack: a user or an email, under one of Azure's notifications. */
export const notificationRecipients = pgTable(
  'notification_recipients',
  {
    serviceId: serviceId().references(() => services.id),
    notification: text('notification').notNull(),
    kind: text('kind', { enum: ['user', 'email'] }).notNull(),
    /** The id of an account, or an email. */
    recipient: text('recipient').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.notification, t.kind, t.recipient] })],
);
