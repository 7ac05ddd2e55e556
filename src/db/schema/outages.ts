import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, serviceId } from './columns.ts';
import { services } from './services.ts';

/** What is away, one row as long as it is, and whether those who must know were told. */
export const outages = pgTable(
  'outages',
  {
    serviceId: serviceId().references(() => services.id),
    of: text('of', { enum: ['slack', 'mail'] }).notNull(),
    /** What was said last: a code of ours or of the other side's list. */
    code: text('code').notNull(),
    since: at('since').notNull(),
    lastFailedAt: at('last_failed_at').notNull(),
    toldAt: at('told_at'),
    /** It works again; the row goes once that is told too. */
    endedAt: at('ended_at'),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.of] })],
);
