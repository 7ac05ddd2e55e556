// The counters of the rate limiter.
import { lt } from 'drizzle-orm';
import { customType, integer, pgTable, varchar } from 'drizzle-orm/pg-core';
import type { Database } from './connection/connect.ts';

const KEPT_MS = 3_600_000;

/** The limiter works with dates, the column holds milliseconds. */
const milliseconds = customType<{ data: Date; driverData: number | string }>({
  dataType: () => 'bigint',
  toDriver: (date) => date.getTime(),
  fromDriver: (stored) => new Date(Number(stored)),
});

/** Has the columns that rate-limiter-flexible needs. Its migration is written by hand, so it is not part of the schema. */
export const rateLimits = pgTable('rate_limits', {
  key: varchar('key', { length: 255 }).primaryKey(),
  points: integer('points').notNull(),
  expire: milliseconds('expire'),
});

export async function deleteEndedRateLimits(db: Database, now: Date): Promise<void> {
  await db.delete(rateLimits).where(lt(rateLimits.expire, new Date(now.getTime() - KEPT_MS)));
}
