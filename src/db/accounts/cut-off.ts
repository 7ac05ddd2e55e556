// What a change of many accounts cuts off, counted for all of them at once.
import { sql } from 'drizzle-orm';
import type { Db } from '../connection/connect.ts';

export type CutOff = { subscriptions: number; live: number; keys: number; sessions: number; calls: number };

/**
 * By account: its subscriptions, those that are active, their keys that work, its sessions, and the calls that passed since a
 * moment. Each account is counted by index.
 */
export async function countCutOffs(
  db: Db,
  serviceId: string,
  ids: readonly string[],
  { now, callsSince }: { now: Date; callsSince: Date },
): Promise<Map<string, CutOff>> {
  const [at, since] = [now.toISOString(), callsSince.toISOString()];
  const rows = await db.execute<CutOff & { id: string }>(sql`
    select a.id, coalesce(s.n_all, 0)::int as subscriptions, coalesce(s.n_live, 0)::int as live,
      coalesce(s.n_keys, 0)::int as keys, coalesce(s.n_calls, 0)::float8 as calls,
      (select count(*)::int from sessions where service_id = ${serviceId} and account_id = a.id and expires_at > ${at})
        as sessions
    from json_array_elements_text(${JSON.stringify(ids)}::json) as a (id)
    left join lateral (
      select count(*) as n_all, count(*) filter (where s.state = 'active') as n_live,
        sum((select count(*) from subscription_keys k where s.state = 'active' and k.service_id = s.service_id
          and k.subscription_id = s.id and (k.ends_at is null or k.ends_at > ${at}))) as n_keys,
        sum((select sum(c.calls) from subscription_calls c where c.service_id = s.service_id
          and c.subscription_id = s.id and c.span in ('hour', 'day') and c.starts_at >= ${since}
          and c.outcome = 'passed')) as n_calls
      from subscriptions s where s.service_id = ${serviceId} and s.account_id = a.id
    ) s on true`);
  return new Map([...rows].map(({ id, ...counts }) => [id, counts]));
}
