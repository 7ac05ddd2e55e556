import { pgTable, text } from 'drizzle-orm/pg-core';
import { at } from './columns.ts';
import { services } from './services.ts';

/** When the work of each minute last began, so that several processes do it once a minute together. */
export const minutelyWork = pgTable('minutely_work', {
  serviceId: text('service_id')
    .primaryKey()
    .references(() => services.id),
  begunAt: at('begun_at').notNull(),
});
