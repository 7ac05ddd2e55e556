// Who is mailed about what happens here.
import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, serviceId } from './columns.ts';
import { services } from './services.ts';

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
