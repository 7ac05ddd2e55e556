import { bigint, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { serviceId } from './columns.ts';
import { services } from './services.ts';

/** One row for each process that may answer gateway checks from memory: a change that they must know waits for them. */
export const gatewayFollowers = pgTable(
  'gateway_followers',
  {
    serviceId: serviceId().references(() => services.id),
    /** The channel of its heartbeats, another one for each connection. */
    id: text('id').notNull(),
    /** Its heartbeats so far. While this stands still, its lease runs out. */
    beats: bigint('beats', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.id] })],
);
