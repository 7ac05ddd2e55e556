// Queries that nearly every request asks. Drizzle takes longer to write one than to send it, so they are written once.
import type { Db } from './connect.ts';

type Prepared<Args, Rows> = { execute(args: Args): Promise<Rows> };

/**
 * A query that is written once for each database, with placeholders for what differs. In a transaction, which is a
 * session of its own to Drizzle, it is written once for that.
 */
export function prepared<Args extends Record<string, unknown>, Rows>(
  write: (db: Db) => Prepared<Args, Rows>,
) {
  const written = new WeakMap<Db, Prepared<Args, Rows>>();
  return (db: Db, args: Args): Promise<Rows> => {
    let query = written.get(db);
    if (!query) {
      query = write(db);
      written.set(db, query);
    }
    return query.execute(args);
  };
}
