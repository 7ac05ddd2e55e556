// How much of its quota each subscription has used in its current period, which have used it up, and who was told.
import { and, type SQL, sql } from 'drizzle-orm';
import type { QuotaUse } from '../../domain/call-counts.ts';
import { NEAR_QUOTA } from '../../domain/call-limits.ts';
import type { UsageOf } from '../../domain/usage-times.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { addJob } from '../outbox/jobs.ts';
import { has, type Moment } from '../rows.ts';
import { quotaUse } from '../schema/index.ts';

type Judged = QuotaUse & { isCurrent: boolean; isNewlyNear: boolean; isNewlyUsedUp: boolean };

/** The quota that holds for each subscription `s`, in calls, and the period that a moment lies in. `"unlimited"` has neither. */
const quotasAt = (now: Date) => sql`
  subscriptions s
    left join products p on p.service_id = s.service_id and p.id = s.product_id
    cross join lateral (select coalesce(s.quota, p.quota) as held) h
    cross join lateral (
      select (h.held->>'calls')::bigint as quota,
        date_trunc(h.held->>'period', ${now.toISOString()}::timestamptz, 'UTC') as starts_at) q
    cross join lateral (
      select ((q.starts_at at time zone 'UTC') + ('1 ' || (h.held->>'period'))::interval) at time zone 'UTC' as ends_at) e`;

/**
 * Adds the calls that passed to the quotas of their subscriptions, and gives where these stand. `rows` (of `rowsOfCalls`)
 * are only of these subscriptions, which exist and which this transaction holds. A call from before the current period counts to none.
 */
export async function addQuotaUse(
  moment: Moment,
  serviceId: string,
  rows: SQL,
  subscriptionIds: readonly string[],
): Promise<QuotaUse[]> {
  await moment.tx.execute(sql`
    insert into quota_use as u (service_id, subscription_id, starts_at, ends_at, calls)
    select s.service_id, s.id, q.starts_at, e.ends_at, sum(c.calls)
    from ${rows} join ${quotasAt(moment.now)} on s.service_id = ${serviceId} and s.id = c.subscription
    where c.outcome = 'passed' and q.quota is not null and c.at >= q.starts_at
    group by s.service_id, s.id, q.starts_at, e.ends_at order by s.id
    on conflict (service_id, subscription_id) do update set
      starts_at = excluded.starts_at, ends_at = excluded.ends_at,
      calls = excluded.calls + case when ${IS_SAME_PERIOD} then u.calls else 0 end,
      is_warned = ${IS_SAME_PERIOD} and u.is_warned, is_exhausted = ${IS_SAME_PERIOD} and u.is_exhausted`);
  return judgeQuotas(moment, serviceId, { subscriptionIds });
}
const IS_SAME_PERIOD = sql`(u.starts_at, u.ends_at) = (excluded.starts_at, excluded.ends_at)`;

/**
 * Decides which quotas are used up: after calls, and after a quota was changed, in the transaction that changed it.
 * Gateways hear of what differs, and a job tells the owner. Gives where those stand that have used some.
 */
export async function judgeQuotas(
  { tx, now }: Moment,
  serviceId: string,
  of: { subscriptionIds: readonly string[] } | { productId: string },
): Promise<QuotaUse[]> {
  const which: SQL =
    'productId' in of
      ? sql`s.product_id = ${of.productId}`
      : sql`s.id in (select id from jsonb_array_elements_text(${JSON.stringify(of.subscriptionIds)}::jsonb) as given (id))`;
  const judged = await tx.execute<Judged>(sql`
    with held as (
      select u.*, s.created_at, q.quota, (u.starts_at, u.ends_at) = (q.starts_at, e.ends_at) as is_current
      from ${quotasAt(now)} join quota_use u on u.service_id = s.service_id and u.subscription_id = s.id
      where s.service_id = ${serviceId} and ${which}
      order by u.subscription_id for update of u
    ), judged as (
      select *, coalesce(is_current and calls >= quota, false) as is_used_up,
        coalesce(is_current and calls >= quota * ${sql.raw(String(NEAR_QUOTA))}, false) as is_near
      from held
    ), changed as (
      update quota_use u set is_warned = j.is_near, is_exhausted = j.is_used_up
      from judged j
      where u.service_id = j.service_id and u.subscription_id = j.subscription_id
        and (u.is_warned, u.is_exhausted) <> (j.is_near, j.is_used_up)
    )
    select subscription_id as "subscriptionId", ${epochMs('created_at')} as "createdAt",
      ${epochMs('starts_at')} as "startsAt", ${epochMs('ends_at')} as "endsAt", calls::float8 as calls,
      coalesce(is_current, false) as "isCurrent", is_near and not is_warned as "isNewlyNear",
      is_used_up and not is_exhausted as "isNewlyUsedUp"
    from judged`);
  await queueNews(tx, serviceId, judged);
  return judged.flatMap(({ isCurrent, isNewlyNear: _near, isNewlyUsedUp: _usedUp, ...use }) =>
    isCurrent ? [use] : [],
  );
}

const epochMs = (column: string) => sql`(extract(epoch from ${sql.raw(column)}) * 1000)::float8`;

async function queueNews(tx: Transaction, serviceId: string, judged: readonly Judged[]): Promise<void> {
  const due = judged.filter(({ isNewlyNear, isNewlyUsedUp }) => isNewlyNear || isNewlyUsedUp);
  await Promise.all(
    due.map(({ subscriptionId, isNewlyUsedUp }) =>
      addJob(tx, 'tell-of-quota', { serviceId, subscriptionId, news: isNewlyUsedUp ? 'used_up' : 'near' }),
    ),
  );
}

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

export type QuotaNews = 'near' | 'used_up';

/** False when the owner was told of it in this period already, or of something later. */
export async function takeQuotaNews(
  tx: Transaction,
  { serviceId, subscriptionId, startsAt }: { serviceId: string; subscriptionId: string; startsAt: Date },
  news: QuotaNews,
): Promise<boolean> {
  const told = news === 'near' ? quotaUse.nearToldFor : quotaUse.usedUpToldFor;
  const taken = await tx
    .update(quotaUse)
    .set({ nearToldFor: startsAt, ...(news === 'used_up' ? { usedUpToldFor: startsAt } : {}) })
    .where(
      and(
        has(quotaUse, { serviceId, subscriptionId, startsAt }),
        sql`${told} is distinct from ${quotaUse.startsAt}`,
      ),
    )
    .returning({ id: quotaUse.subscriptionId });
  return taken.length > 0;
}
