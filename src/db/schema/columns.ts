// Columns that many tables have.
import { type AnyPgColumn, type ExtraConfigColumn, foreignKey, text, timestamp } from 'drizzle-orm/pg-core';

/** A moment, to the millisecond that a `Date` holds. */
export const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });

/** Each key begins with it, so that no row can refer to a row of another service. */
export const serviceId = () => text('service_id').notNull();

/** The row with this id, of the same service, must be there. */
export const refersTo = (
  table: { serviceId: AnyPgColumn; id: AnyPgColumn },
  ofService: AnyPgColumn,
  id: AnyPgColumn,
) => foreignKey({ columns: [ofService, id], foreignColumns: [table.serviceId, table.id] });

/** In an index: as `order by … desc` reads it. */
export const newest = (column: ExtraConfigColumn) => column.desc().nullsFirst();
