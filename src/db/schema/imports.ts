// Imports from Slack.
import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at, serviceId } from './columns.ts';
import { services } from './services.ts';

/** The rows of a dry run, so that exactly those are applied. Sealed, and deleted once the import has ended. */
export const imports = pgTable(
  'imports',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    state: text('state', { enum: ['open', 'applying', 'done', 'stopped'] }).notNull(),
    sealedRows: text('sealed_rows').array().notNull(),
    total: integer('total').notNull(),
    /** How many rows are done, in their order. */
    position: integer('position').notNull().default(0),
    plannedBy: text('planned_by').notNull(),
    /** The admin whose rights it is applied with. */
    teamId: text('team_id'),
    slackUserId: text('slack_user_id'),
    appliedByName: text('applied_by_name').notNull().default(''),
    /** The message that shows it; null until Slack has it. */
    channelId: text('channel_id'),
    messageTs: text('message_ts'),
    createdAt: at('created_at').notNull(),
    /** The last moment to apply it; once applied, the last moment to finish. */
    expiresAt: at('expires_at').notNull(),
    appliedAt: at('applied_at'),
    leasedUntil: at('leased_until'),
    endedAt: at('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    index('imports_not_ended').on(t.serviceId, t.expiresAt).where(sql`ended_at is null`),
    check('imports_end', sql`(state in ('done', 'stopped')) = (ended_at is not null)`),
  ],
);
