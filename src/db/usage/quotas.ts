// Which subscriptions have used up their quota.
import { sql } from 'drizzle-orm';
import type { UsageOf } from '../../domain/usage-times.ts';
import type { Db } from '../connection/connect.ts';

export type UsedUpQuota = { id: string; name: string; endsAt: Date };

/** The first ones by name, at most `max`, with the end of their period. */
export async function listUsedUp(
  db: Db,
  { serviceId, of, now, max }: { serviceId: string; of: UsageOf; now: Date; max: number },
): Promise<UsedUpQuota[]> {
  const which = {
    service: () => sql`true`,
    api: () => sql`false`,
    subscription: (id: string) => sql`s.id = ${id}`,
    account: (id: string) => sql`s.account_id = ${id}`,
    product: (id: string) => sql`s.product_id = ${id}`,
  }[of.of]('id' in of ? of.id : '');
  const rows = await db.execute<{ id: string; name: string; at: number }>(sql`
    select s.id, s.name, (extract(epoch from q.ends_at) * 1000)::float8 as at
    from quota_use q join subscriptions s on s.service_id = q.service_id and s.id = q.subscription_id
    where q.service_id = ${serviceId} and q.is_exhausted and q.ends_at > ${now.toISOString()} and ${which}
    order by s.name, s.id limit ${max}`);
  return [...rows].map(({ at, ...rest }) => ({ ...rest, endsAt: new Date(at) }));
}
