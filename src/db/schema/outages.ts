import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, serviceId } from './columns.ts';
import { services } from './services.ts';

/** One row for each service that is down, as long as it is, and whether the operators were told. */
export const outages = pgTable(
  'outages',
  {
    serviceId: serviceId().references(() => services.id),
    of: text('of', { enum: ['slack', 'mail'] }).notNull(),
    /** The last error code: ours, or one of the other side's documented ones. */
    code: text('code').notNull(),
    since: at('since').notNull(),
    lastFailedAt: at('last_failed_at').notNull(),
    toldAt: at('told_at'),
    /** When it worked again; the row is deleted once that is reported too. */
    endedAt: at('ended_at'),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.of] })],
);
