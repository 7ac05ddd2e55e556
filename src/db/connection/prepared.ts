// Queries of nearly every request. Drizzle takes longer to build one than to send it, so each is built once.
import type { Db } from './connect.ts';

type Prepared<Args, Rows> = { execute(args: Args): Promise<Rows> };

/** Builds a query once, with placeholders for its values. */
export function prepared<Args extends Record<string, unknown>, Rows>(
  write: (db: Db) => Prepared<Args, Rows>,
) {
  let query: Prepared<Args, Rows> | undefined;
  return (db: Db, args: Args): Promise<Rows> => {
    query ??= write(db);
    // Drizzle binds a query to the session that built it: to the pool, or to one transaction.
    const { client } = db._.session as unknown as { client: unknown };
    return Object.assign(Object.create(query), { client }).execute(args) as Promise<Rows>;
  };
}
