// What Azure lacks of ours when the mirror begins to write: things that are only here, and differences that we made.
import { type SQL, sql } from 'drizzle-orm';
import type { MirroredKind } from '../../domain/azure-mirror.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { azureOrders } from '../schema/index.ts';

/**
 * Rows of kind, id of ours, and account: what Azure should have. A pending account is not among them, nor a subscription that
 * has ended: Azure gets what can be used.
 */
const wanted = (serviceId: string): SQL => sql`
  select 1 as rank, 'group' as kind, g.id as our_id, null as account_id from groups g
    where g.service_id = ${serviceId} and g.type = 'custom'
  union all select 2, 'product', p.id, null from products p where p.service_id = ${serviceId}
  union all select 3, 'account', a.id, a.id from accounts a
    where a.service_id = ${serviceId} and a.state in ('active', 'blocked')
  union all select 4, 'subscription', s.id, s.account_id from subscriptions s
    where s.service_id = ${serviceId} and s.state in ('submitted', 'active', 'suspended')
  union all select 5, 'template', m.template, null from mail_texts m
    where m.service_id = ${serviceId} and m.subject is not null`;

/** Differences where the instance still has what both sides agreed on: only we changed them. */
const changedByUs = (serviceId: string): SQL => sql`
  select distinct array_position(array['group', 'product', 'account', 'subscription', 'template'], t.kind) as rank,
    t.kind, t.our_id, case t.kind when 'account' then t.our_id when 'subscription' then s.account_id end as account_id
  from azure_drifts d
    join azure_things t on t.service_id = d.service_id and t.kind = d.kind and t.id = d.thing_id
    left join subscriptions s on t.kind = 'subscription' and s.service_id = t.service_id and s.id = t.our_id
  where d.service_id = ${serviceId} and d.state = 'open' and t.kind <> 'api' and t.our_id is not null
    and t.memory -> 'agreed' ->> d.field = d.theirs`;

/**
 * A thing that the instance once had isn't only here: that it is gone there is a difference. One that another instance had
 * has no agreement with this one.
 */
const onlyHere = (serviceId: string): SQL => sql`
  select o.* from (${wanted(serviceId)}) o
    where not exists (select from azure_things t where t.service_id = ${serviceId} and t.kind = o.kind
      and t.our_id = o.our_id and (t.memory -> 'agreed' <> '{}' or t.seen <> '{}'))`;

/** `mode` is the one to come: orders that an earlier one kept are written then. */
const missingThere = (serviceId: string, mode: 'add' | 'full'): SQL => sql`
  ${onlyHere(serviceId)}
  union ${changedByUs(serviceId)}
  union select null, o.kind, o.our_id, nullif(split_part(o.lane, 'account:', 2), '')
    from azure_orders o
    where o.service_id = ${serviceId} and o.state = 'kept'
      and o.code in ('watch', ${mode === 'full' ? 'deletion' : 'watch'})`;

/** A page of our ids of a kind that Azure should have, in their order. */
export async function listWanted(
  db: Db,
  of: { serviceId: string; kind: MirroredKind; after: string | null; limit: number },
): Promise<string[]> {
  const rows = await db.execute<{ our_id: string }>(sql`
    select our_id from (${wanted(of.serviceId)}) o
    where kind = ${of.kind} and our_id > ${of.after ?? ''} order by our_id limit ${of.limit}`);
  return rows.map(({ our_id }) => our_id);
}

/** How many things would be written if the mirror began to write now. */
export async function countOutbound(db: Db, serviceId: string, mode: 'add' | 'full'): Promise<number> {
  const [row] = await db.execute<{ count: string }>(
    sql`select count(*) from (select distinct kind, our_id from (${missingThere(serviceId, mode)}) o) one`,
  );
  return Number(row?.count ?? 0);
}

/** Writes an order for each of them, those first that others refer to. Lanes and halves are those of the trigger. */
export async function orderOutbound(tx: Transaction, serviceId: string, mode: 'add' | 'full'): Promise<void> {
  await tx.execute(sql`
    insert into azure_orders (service_id, kind, our_id, lane, half)
    select ${serviceId}, kind, our_id, lane, hashtext(lane) & 1
    from (select rank, kind, our_id,
        case when account_id is null then kind || ':' || our_id else 'account:' || account_id end as lane
      from (${missingThere(serviceId, mode)}) o) of_lane
    order by rank nulls last, our_id
    on conflict (service_id, kind, our_id) where state = 'waiting' do nothing`);
  const code = mode === 'full' ? ['watch', 'deletion'] : 'watch';
  await tx.delete(azureOrders).where(has(azureOrders, { serviceId, state: 'kept', code }));
}
