// Queries of nearly every request. Drizzle takes longer to build one than to send it, so each is built once.
import type { Db } from './connect.ts';

type Prepared<Args, Rows> = { execute(args: Args): Promise<Rows> };

/**
 * Builds a query once for each database, with placeholders for its values. Drizzle treats a transaction as a session of
 * its own, so a transaction builds it once more.
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
