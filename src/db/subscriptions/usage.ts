import { sql } from 'drizzle-orm';
import type { Database } from '../connection/connect.ts';

/** `createdAt` of the subscription, in milliseconds since 1970. */
export type Usage = { subscriptionId: string; createdAt: number; calls: number; lastUsedAt: Date };

/** Adds calls to the counts of subscriptions that still exist. A former one that had the id was created at another time. */
export async function addUsage(db: Database, serviceId: string, usage: readonly Usage[]): Promise<void> {
  // In one order everywhere, so that two processes can't wait for each other in a circle.
  const rows = usage.toSorted((a, b) => (a.subscriptionId < b.subscriptionId ? -1 : 1));
  await db.execute(sql`
    insert into subscription_usage (service_id, subscription_id, last_used_at, calls)
    select s.service_id, s.id, u."lastUsedAt", u.calls
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as u ("subscriptionId" text, calls bigint, "createdAt" float8, "lastUsedAt" timestamptz)
      join subscriptions s on s.service_id = ${serviceId} and s.id = u."subscriptionId"
        and (extract(epoch from s.created_at) * 1000)::float8 = u."createdAt"
    order by s.id
    on conflict (service_id, subscription_id) do update set
      calls = subscription_usage.calls + excluded.calls,
      last_used_at = greatest(subscription_usage.last_used_at, excluded.last_used_at)`);
}
