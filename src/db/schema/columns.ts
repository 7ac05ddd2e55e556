// Columns that many tables have.
import { text, timestamp } from 'drizzle-orm/pg-core';

/** A moment, to the millisecond that a `Date` holds. */
export const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** Each key begins with it, so that no row can refer to a row of another service. */
export const serviceId = () => text('service_id').notNull();
