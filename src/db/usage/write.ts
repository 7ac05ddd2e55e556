import { type SQL, sql } from 'drizzle-orm';
import type { CallBatch, CountedCalls, QuotaUse } from '../../domain/call-counts.ts';
import { noteCalls } from '../accounts/activity.ts';
import type { Database, Transaction } from '../connection/connect.ts';
import { GIVE_WAY } from '../rows.ts';
import { ALL } from '../schema/usage.ts';
import { rowsOfCalls, summed } from './call-rows.ts';
import { addQuotaUse } from './quota-use.ts';

/**
 * Adds a batch of calls to all counts, once: a batch that comes again, or after a later one of its source, changes nothing.
 * Calls of a subscription that is gone, or of a former one that had the id, count only for their product and API.
 * Gives where the quotas stand. `now`: no call is later than this.
 */
export async function addUsage(
  db: Database,
  serviceId: string,
  batch: CallBatch,
  now: Date,
): Promise<QuotaUse[]> {
  const calls = batch.calls.map((row) => ({ ...row, lastAt: Math.min(row.lastAt, now.getTime()) }));
  await noteCalls(db, serviceId, calls);
  return db.transaction(async (tx) => {
    await tx.execute(GIVE_WAY);
    if (!(await acceptBatch(tx, serviceId, batch, now))) return [];
    const known = await withSubscriptions(tx, serviceId, calls);
    let uses: QuotaUse[] = [];
    if (known.length > 0) {
      const rows = rowsOfCalls(known);
      await addPassed(tx, serviceId, rows);
      await addSubscriptionCalls(tx, serviceId, rows);
      uses = await addQuotaUse({ tx, now }, serviceId, rows, idsOf(known));
    }
    // Last, because every process changes these rows.
    await addCatalogCalls(tx, serviceId, rowsOfCalls(summed(calls)));
    return uses;
  });
}

async function acceptBatch(
  tx: Transaction,
  serviceId: string,
  { source, number }: CallBatch,
  now: Date,
): Promise<boolean> {
  const accepted = await tx.execute(sql`
    insert into call_batches as b (service_id, source, number, written_at)
    values (${serviceId}, ${source}, ${number}, ${now.toISOString()})
    on conflict (service_id, source) do update set number = excluded.number, written_at = excluded.written_at
      where b.number < excluded.number
    returning 1`);
  return accepted.length > 0;
}

const idsOf = (calls: readonly CountedCalls[]) => [
  ...new Set(calls.flatMap(({ subscription }) => subscription?.id ?? [])),
];
const keyOf = ({ id, createdAt }: { id: string; createdAt: number }) => `${createdAt} ${id}`;

/** Gives the calls whose subscriptions exist. Locks these in the order of their ids, so that two batches can't block each other. */
async function withSubscriptions(
  tx: Transaction,
  serviceId: string,
  calls: readonly CountedCalls[],
): Promise<CountedCalls[]> {
  const called = new Map(calls.flatMap(({ subscription: one }) => (one ? [[keyOf(one), one]] : [])));
  if (called.size === 0) return [];
  const held = await tx.execute<{ id: string; createdAt: number }>(sql`
    select s.id, c."createdAt" from jsonb_to_recordset(${JSON.stringify([...called.values()])}::jsonb)
        as c (id text, "createdAt" float8)
      join subscriptions s on s.service_id = ${serviceId} and s.id = c.id
        and (extract(epoch from s.created_at) * 1000)::float8 = c."createdAt"
    order by s.id for key share of s`);
  const keys = new Set([...held].map(keyOf));
  return calls.filter(({ subscription: one }) => one && keys.has(keyOf(one)));
}

/** How many calls of each subscription passed, and when the last one did, also with each key that it still has. */
async function addPassed(tx: Transaction, serviceId: string, rows: SQL): Promise<void> {
  await tx.execute(sql`
    with used as (
      select c.subscription, c.key, max(c.at) as at, sum(c.calls) as calls from ${rows}
      where c.outcome = 'passed' group by 1, 2)
    insert into subscription_usage as u (service_id, subscription_id, last_used_at, calls, key_uses)
    select ${serviceId}, subscription, max(at), sum(calls), coalesce(jsonb_object_agg(
        key, round(extract(epoch from at) * 1000)::bigint) filter (where key is not null), '{}')
    from used group by subscription order by subscription
    on conflict (service_id, subscription_id) do update set
      calls = u.calls + excluded.calls, last_used_at = greatest(u.last_used_at, excluded.last_used_at),
      key_uses = (
        select coalesce(jsonb_object_agg(mark, greatest(
            (u.key_uses ->> mark)::bigint, (excluded.key_uses ->> mark)::bigint)), '{}')
        from (select left(k.hash, 6) as mark from subscription_keys k
          where k.service_id = u.service_id and k.subscription_id = u.subscription_id) held
        where u.key_uses ? mark or excluded.key_uses ? mark)`);
}

async function addSubscriptionCalls(tx: Transaction, serviceId: string, rows: SQL): Promise<void> {
  await tx.execute(sql`
    insert into subscription_calls as k (service_id, subscription_id, span, starts_at, api_id, outcome, calls)
    select ${serviceId}, c.subscription, 'hour', c.hour, c.api, c.outcome, sum(c.calls) from ${rows}
    group by 2, 4, 5, 6 order by 2, 4, 5, 6
    on conflict (service_id, subscription_id, span, starts_at, api_id, outcome)
      do update set calls = k.calls + excluded.calls`);
}

/** Also the sums over all products, all APIs and both. */
async function addCatalogCalls(tx: Transaction, serviceId: string, rows: SQL): Promise<void> {
  await tx.execute(sql`
    insert into catalog_calls as k (service_id, product_id, api_id, span, starts_at, outcome, calls)
    select ${serviceId}, case grouping(c.product) when 0 then c.product else ${ALL} end,
      case grouping(c.api) when 0 then c.api else ${ALL} end, 'hour', c.hour, c.outcome, sum(c.calls)
    from ${rows} group by cube (c.product, c.api), c.hour, c.outcome order by 2, 3, 5, 6
    on conflict (service_id, product_id, api_id, span, starts_at, outcome)
      do update set calls = k.calls + excluded.calls`);
}
