// The counters of the rate limits. The database's clock ends their windows.
import { sql } from 'drizzle-orm';
import type { Database } from './connection/connect.ts';

const KEPT_MS = 3_600_000;
/**
 * The column holds milliseconds. Its migration is written by hand, so the table is not part of the schema. Not `now()`:
 * that is when a transaction began, so a count that waited for another one would take its window for one of a wrong clock.
 */
const NOW = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;

type Count = { points: number; msLeft: number };
type Row = { points: number; left: string };

/** Counts the keys of one limit. A window begins with its first count. */
export function createLimiter(
  db: Database,
  { keyPrefix, durationSeconds }: { keyPrefix: string; durationSeconds: number },
) {
  const durationMs = durationSeconds * 1_000;
  // An end that is further away was written while the clock was wrong.
  const isOpen = sql`rate_limits.expire > ${NOW} and rate_limits.expire <= ${NOW} + ${durationMs}::bigint`;
  return {
    async count(key: string): Promise<Count> {
      const [row] = await db.execute<Row>(sql`
        insert into rate_limits (key, points, expire)
        values (${`${keyPrefix}:${key}`}, 1, ${NOW} + ${durationMs}::bigint)
        on conflict (key) do update set
          points = case when ${isOpen} then rate_limits.points + 1 else 1 end,
          expire = case when ${isOpen} then rate_limits.expire else excluded.expire end
        returning points, expire - ${NOW} as left`);
      if (!row) throw new Error('a count was not stored');
      return { points: row.points, msLeft: Number(row.left) };
    },
    async get(key: string): Promise<Count | null> {
      const [row] = await db.execute<Row>(sql`
        select points, expire - ${NOW} as left from rate_limits
        where key = ${`${keyPrefix}:${key}`} and ${isOpen}`);
      return row ? { points: row.points, msLeft: Number(row.left) } : null;
    },
  };
}

export async function deleteEndedRateLimits(db: Database): Promise<void> {
  await db.execute(sql`delete from rate_limits where expire < ${NOW} - ${KEPT_MS}::bigint`);
}
