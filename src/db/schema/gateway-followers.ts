import { bigint, boolean, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, serviceId } from './columns.ts';
import { services } from './services.ts';

/** One row for each process, and each gateway's agent, that may answer gateway checks from memory: a change that they must know waits for them. */
export const gatewayFollowers = pgTable(
  'gateway_followers',
  {
    serviceId: serviceId().references(() => services.id),
    /** The channel of its heartbeats, another one for each connection. */
    id: text('id').notNull(),
    /** Its heartbeats so far. While this stands still, its lease runs out. 0: it has none, and changes don't wait for it. */
    beats: bigint('beats', { mode: 'number' }).notNull(),
    /** `process`, or the kind of gateway that an agent feeds. */
    kind: text('kind').notNull().default('process'),
    /** Its machine's name. */
    host: text('host').notNull().default(''),
    lastBeatAt: at('last_beat_at').notNull().defaultNow(),
    /** It answered calls of limited subscriptions within the last minute: it gets a share of each rate. */
    isAnswering: boolean('is_answering').notNull().default(false),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.id] })],
);
