// Work on many rows: an import, a block of many accounts.
import { sql } from 'drizzle-orm';
import { check, index, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { approvals } from './approvals.ts';
import { at, refersTo, serviceId } from './columns.ts';
import { services } from './services.ts';

/** The rows of a preview, so that exactly those are applied. Sealed, and deleted once the batch has ended. */
export const batches = pgTable(
  'batches',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    kind: text('kind', { enum: ['import', 'accounts'] })
      .notNull()
      .default('import'),
    /** What a kind that can do several things does. */
    action: text('action').notNull().default(''),
    state: text('state', { enum: ['draft', 'open', 'applying', 'done', 'stopped'] }).notNull(),
    sealedRows: text('sealed_rows').array().notNull(),
    total: integer('total').notNull(),
    /** How many of the rows it does something for; the preview left the others out. */
    toDo: integer('to_do').notNull().default(0),
    /** How many rows are done, in their order. */
    position: integer('position').notNull().default(0),
    plannedBy: text('planned_by').notNull(),
    /** Whose rights it is applied with: an admin's in Slack or at the console, or those of the job that planned it. */
    appliedByKind: text('applied_by_kind', { enum: ['slack', 'console', 'system'] })
      .notNull()
      .default('slack'),
    teamId: text('team_id'),
    slackUserId: text('slack_user_id'),
    appliedByName: text('applied_by_name').notNull().default(''),
    /** The approval that let it begin, and its approver. */
    approvalId: uuid('approval_id'),
    approvedBy: text('approved_by').notNull().default(''),
    approvedByName: text('approved_by_name').notNull().default(''),
    /** The admin who pressed Stop. The next slice ends it. */
    stopAskedBy: text('stop_asked_by'),
    /** The batch that this one takes back: each is taken back once. */
    undoes: uuid('undoes'),
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
    refersTo(approvals, t.serviceId, t.approvalId),
    uniqueIndex('batches_undone').on(t.serviceId, t.undoes),
    index('batches_not_ended').on(t.serviceId, t.expiresAt).where(sql`ended_at is null`),
    check('batches_end', sql`(state in ('done', 'stopped')) = (ended_at is not null)`),
  ],
);
