// What must be in Azure before a thing of ours can be written there.
import { sql } from 'drizzle-orm';
import type { MirroredKind } from '../../domain/azure-mirror.ts';
import type { Db } from '../connection/connect.ts';

/** What the thing refers to, that Azure doesn't have, and that there never was an order for. */
export async function listNeededThings(
  db: Db,
  { serviceId, kind, ourId }: { serviceId: string; kind: MirroredKind; ourId: string },
): Promise<{ kind: MirroredKind; ourId: string }[]> {
  const rows = await db.execute<{ kind: MirroredKind; ourId: string }>(sql`
    select n.kind, n.our_id as "ourId" from (
      select 'account' as kind, account_id as our_id, 'subscription' as of_kind from subscriptions
        where service_id = ${serviceId} and id = ${ourId}
      union all select 'product', product_id, 'subscription' from subscriptions
        where service_id = ${serviceId} and id = ${ourId}
      union all select 'group', group_id, 'account' from account_groups
        where service_id = ${serviceId} and account_id = ${ourId}
      union all select 'group', l.group_id, 'product' from product_groups l
        join groups g on g.service_id = l.service_id and g.id = l.group_id and g.type = 'custom'
        where l.service_id = ${serviceId} and l.product_id = ${ourId}
      union all select 'account', recipient, 'notification' from notification_recipients
        where service_id = ${serviceId} and notification = ${ourId} and kind = 'user') n
    where n.of_kind = ${kind} and n.our_id is not null
      and not exists (select from azure_things t
        where t.service_id = ${serviceId} and t.kind = n.kind and t.our_id = n.our_id and t.seen <> '{}')
      and not exists (select from azure_orders o
        where o.service_id = ${serviceId} and o.kind = n.kind and o.our_id = n.our_id)`);
  return [...rows];
}
