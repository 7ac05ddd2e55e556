// Mails that operators write to many developers.
import { sql } from 'drizzle-orm';
import {
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
import {
  ANNOUNCEMENT_KINDS,
  ANNOUNCEMENT_STATES,
  AUDIENCES,
  LEFT_OUT_REASONS,
  type LeftOut,
} from '../../domain/announcement.ts';
import { accounts } from './accounts.ts';
import { at, newest, refersTo, serviceId } from './columns.ts';
import { mails } from './mails.ts';
import { services } from './services.ts';

export const announcements = pgTable(
  'announcements',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    state: text('state', { enum: ANNOUNCEMENT_STATES }).notNull(),
    kind: text('kind', { enum: ANNOUNCEMENT_KINDS }).notNull(),
    audience: text('audience', { enum: AUDIENCES }).notNull(),
    /** Of a product, an API or a group, which may be deleted since; null: everyone. */
    audienceId: text('audience_id'),
    audienceName: text('audience_name').notNull().default(''),
    subject: text('subject').notNull(),
    /** Markdown. */
    body: text('body').notNull(),
    version: integer('version').notNull().default(1),
    createdAt: at('created_at').notNull(),
    changedAt: at('changed_at').notNull(),
    changedByName: text('changed_by_name').notNull(),
    sentAt: at('sent_at'),
    /** The operator in Slack who sent it, as `T012/U034`; null: a person at the console. */
    sentBy: text('sent_by'),
    sentByName: text('sent_by_name').notNull().default(''),
    /** Who was left out when it was sent, by why. */
    leftOut: jsonb('left_out').$type<LeftOut>().notNull().default({}),
    endedAt: at('ended_at'),
    stoppedByName: text('stopped_by_name').notNull().default(''),
    /** The message that shows the progress; null until Slack has it. */
    channelId: text('channel_id'),
    messageTs: text('message_ts'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    index('announcements_by_creation').on(t.serviceId, newest(t.id)),
    index('announcements_sending').on(t.serviceId).where(sql`state = 'sending'`),
    check('announcements_end', sql`(state in ('done', 'stopped')) = (ended_at is not null)`),
    check('announcements_sent', sql`(state = 'draft') = (sent_at is null)`),
    check('announcements_audience', sql`(audience = 'everyone') = (audience_id is null)`),
  ],
);

/** Those that an announcement was sent to. One row each, so that each gets one mail. */
export const announcementRecipients = pgTable(
  'announcement_recipients',
  {
    serviceId: serviceId(),
    announcementId: uuid('announcement_id').notNull(),
    accountId: text('account_id').notNull(),
    /** Null until its turn. */
    mailId: uuid('mail_id'),
    /** Why there was no mail when its turn came. */
    leftOut: text('left_out', { enum: LEFT_OUT_REASONS }),
    /** Of the secret in the mail's link that unsubscribes. */
    unsubscribeHash: text('unsubscribe_hash'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.announcementId, t.accountId] }),
    index('announcement_recipients_waiting')
      .on(t.serviceId, t.announcementId, t.accountId)
      .where(sql`mail_id is null and left_out is null`),
    index('announcement_recipients_of_account').on(t.serviceId, t.accountId),
    uniqueIndex('announcement_recipients_hash').on(t.serviceId, t.unsubscribeHash),
    refersTo(announcements, t.serviceId, t.announcementId).onDelete('cascade'),
    refersTo(accounts, t.serviceId, t.accountId),
    refersTo(mails, t.serviceId, t.mailId),
  ],
);
