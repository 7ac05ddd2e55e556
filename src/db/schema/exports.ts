// Files that people asked for in Slack, until they are deleted there.
import { index, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { at, serviceId } from './columns.ts';
import { services } from './services.ts';

export const exportedFiles = pgTable(
  'exported_files',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    kind: text('kind').notNull(),
    format: text('format').notNull(),
    /** Which rows, as they were asked for. Sealed, because a search may be an email. */
    sealedWanted: text('sealed_wanted').notNull(),
    /** Whose rights it is read with, and who gets it. */
    teamId: text('team_id').notNull(),
    slackUserId: text('slack_user_id').notNull(),
    createdAt: at('created_at').notNull(),
    /** Known before Slack shows the file to anyone, so that none is forgotten there. */
    fileId: text('file_id'),
    sentAt: at('sent_at'),
    /** When the file is deleted, and this row with it. */
    endsAt: at('ends_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    index('exported_files_end').on(t.serviceId, t.endsAt),
  ],
);
