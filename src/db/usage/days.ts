// Calls of subscriptions by day and API, for exports. Days of the last hours are still in hours, and are added up here.
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../connection/connect.ts';
import { countRows } from '../page.ts';

/** `from` and `to` are days in UTC, such as `2026-11-01`; both count. */
export type DaysWanted = {
  serviceId: string;
  from: string;
  to: string;
  accountId?: string | undefined;
  productId?: string | undefined;
};

/** `apiId` is empty where no API was known. */
export type CallDay = {
  day: string;
  subscriptionId: string;
  name: string;
  productId: string | null;
  ownerId: string | null;
  ownerEmail: string | null;
  apiId: string;
  passed: number;
  limited: number;
  refused: number;
};

const subscriptionsOf = ({ serviceId, accountId, productId }: DaysWanted): SQL => sql`
  select s.id, s.name, s.product_id, s.account_id, a.email from subscriptions s
    left join accounts a on a.service_id = s.service_id and a.id = s.account_id
  where s.service_id = ${serviceId} and (a.id is null or a.state <> 'deleted')
    ${accountId === undefined ? sql`` : sql`and s.account_id = ${accountId}`}
    ${productId === undefined ? sql`` : sql`and s.product_id = ${productId}`}`;

const callsIn = ({ serviceId, from, to }: DaysWanted): SQL => sql`
  subscription_calls c on c.service_id = ${serviceId} and c.subscription_id = s.id and c.span in ('hour', 'day')
    and c.starts_at >= (${from}::date)::timestamp at time zone 'UTC'
    and c.starts_at < (${to}::date + 1)::timestamp at time zone 'UTC'`;

const DAY = sql`(c.starts_at at time zone 'UTC')::date`;

/**
 * All days of the next subscriptions, at most so many, after the one with an id; also the ones without calls are among these,
 * so a page may be short. `last` is null after the last page.
 */
export async function listCallDays(
  db: Db,
  wanted: DaysWanted,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<{ days: CallDay[]; last: string | null }> {
  const part = sql`${subscriptionsOf(wanted)} ${after === undefined ? sql`` : sql`and s.id > ${after}`}
    order by s.id limit ${limit}`;
  const [found] = await db.execute<{ count: number; last: string | null }>(
    sql`select count(*)::int as count, max(id) as last from (${part}) as part`,
  );
  if (!found?.last) return { days: [], last: null };
  const days = await db.execute<CallDay>(sql`
    select ${DAY}::text as day, s.id as "subscriptionId", s.name, s.product_id as "productId",
      s.account_id as "ownerId", s.email as "ownerEmail", c.api_id as "apiId",
      coalesce(sum(c.calls) filter (where c.outcome = 'passed'), 0)::float8 as passed,
      coalesce(sum(c.calls) filter (where c.outcome in ('rate_limited', 'quota_exceeded')), 0)::float8 as limited,
      coalesce(sum(c.calls) filter (
        where c.outcome not in ('passed', 'rate_limited', 'quota_exceeded')), 0)::float8 as refused
    from (${part}) as s join ${callsIn(wanted)}
    group by 1, 2, 3, 4, 5, 6, 7 order by s.id, 1, c.api_id`);
  return { days: [...days], last: found.count === limit ? found.last : null };
}

export const countCallDays = (db: Db, wanted: DaysWanted): Promise<number> =>
  countRows(
    db,
    sql`select 1 from (${subscriptionsOf(wanted)}) as s join ${callsIn(wanted)} group by s.id, ${DAY}, c.api_id`,
  );
