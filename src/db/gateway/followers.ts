// The processes and agents that follow changes, by their heartbeats and the database's clock.
import { sql } from 'drizzle-orm';
import { FOLLOWER_FRESH_MS, type SeenFollower } from '../../domain/gateway-rows.ts';
import type { Database } from '../connection/connect.ts';

/** SQL: a follower's last heartbeat is recent, and not from a time when the database's clock was wrong. */
export const IS_THERE = `last_beat_at between now() - interval '${FOLLOWER_FRESH_MS} milliseconds'
  and now() + interval '1 second'`;
/** SQL: for so long a gateway that fell silent is shown. */
export const SHOWN_SILENT = `interval '1 hour'`;

/** The last one shows first. Of those on one host that feed gateways of one kind, silent ones are left out while one is there. */
export async function listFollowers(db: Database, serviceId: string): Promise<SeenFollower[]> {
  const rows = await db.execute<SeenFollower>(sql`
    select kind, host, extract(epoch from now() - last_beat_at)::float8 as "beatAgeSeconds",
      case when not ${sql.raw(IS_THERE)} then 'silent' when beats > 0 then 'connected' else 'loading' end as state
    from gateway_followers where service_id = ${serviceId} and last_beat_at > now() - ${sql.raw(SHOWN_SILENT)}
    order by last_beat_at desc`);
  const seen = new Set<string>();
  return [...rows].filter(({ kind, host, state }) => {
    const isNew = !seen.has(`${kind} ${host}`);
    seen.add(`${kind} ${host}`);
    return state !== 'silent' || isNew;
  });
}
