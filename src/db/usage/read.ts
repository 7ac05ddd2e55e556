// Reads how many calls there were. What was rolled up is in days and months, the rest is still in hours.
import { type SQL, sql } from 'drizzle-orm';
import {
  type CallSums,
  pointAt,
  pointsOf,
  type UsageOf,
  type UsagePoint,
  type UsageTime,
  unitOf,
} from '../../domain/usage-times.ts';
import type { Db } from '../connection/connect.ts';
import { ALL } from '../schema/usage.ts';

export type UsageQuery = { serviceId: string; of: UsageOf; time: UsageTime; now: Date };
/** How many calls ended in one way; `outcome` as in `domain/call-counts.ts`. */
export type RefusalCount = { outcome: string; calls: number };
export type TopUsage = CallSums & { id: string };

const SUMS = sql`
  coalesce(sum(c.calls) filter (where c.outcome = 'passed'), 0)::float8 as passed,
  coalesce(sum(c.calls) filter (where c.outcome in ('rate_limited', 'quota_exceeded')), 0)::float8 as limited,
  coalesce(sum(c.calls) filter (
    where c.outcome not in ('passed', 'rate_limited', 'quota_exceeded')), 0)::float8 as refused`;

/** What the calls of each thing are found by in `subscription_calls c`, with `subscriptions s`. */
const IDS = {
  subscription: sql`c.subscription_id`,
  account: sql`s.account_id`,
  product: sql`s.product_id`,
  api: sql`c.api_id`,
} as const;
type Thing = keyof typeof IDS;

/** The calls as `c`, in the catalog's counts if these tell them apart: they also have those of deleted subscriptions. */
function callsOf({ serviceId, of, time, now }: UsageQuery, by: Thing | null = null): { from: SQL; id: SQL } {
  const longer = unitOf(time);
  const when = sql`c.service_id = ${serviceId} and c.span in ('hour', ${longer})
    and c.starts_at between ${pointsOf(time, now)[0]?.toISOString()} and ${now.toISOString()}`;
  const column = by ? IDS[by] : sql`null`;
  const owner = of.of === 'product' ? of.accountId : undefined;
  const isInCatalog = [by, of.of].every((thing) => thing !== 'subscription' && thing !== 'account');
  if (!isInCatalog || owner !== undefined) {
    const owned = owner === undefined ? sql`` : sql` and ${IDS.account} = ${owner}`;
    const which = of.of === 'service' ? sql`true` : sql`${IDS[of.of]} = ${of.id}${owned}`;
    const needsOwner = [by, of.of].some((thing) => thing === 'account' || thing === 'product');
    const owners = sql`join subscriptions s on s.service_id = c.service_id and s.id = c.subscription_id`;
    const table = sql`subscription_calls c ${needsOwner ? owners : sql``}`;
    return { from: sql`${table} where ${when} and ${which}`, id: column };
  }
  const only = (thing: 'product' | 'api') => {
    const id = thing === 'product' ? sql`c.product_id` : sql`c.api_id`;
    if (thing === by) return sql`${id} not in ('', ${ALL})`;
    return sql`${id} = ${of.of === thing ? of.id : ALL}`;
  };
  return {
    from: sql`catalog_calls c where ${when} and ${only('product')} and ${only('api')}`,
    id: by === 'product' ? sql`c.product_id` : column,
  };
}

/** Every point of the time, the oldest first, also where there were no calls. */
export async function readUsage(db: Db, query: UsageQuery): Promise<UsagePoint[]> {
  const { time, now } = query;
  const rows = await db.execute<CallSums & { at: number }>(sql`
    select (extract(epoch from c.starts_at) * 1000)::float8 as at, ${SUMS}
    from ${callsOf(query).from} group by c.starts_at`);
  const points = pointsOf(time, now).map((startsAt) => ({ startsAt, passed: 0, refused: 0, limited: 0 }));
  const byStart = new Map(points.map((point) => [point.startsAt.getTime(), point]));
  for (const { at, passed, refused, limited } of rows) {
    const point = byStart.get(pointAt(time, new Date(at)));
    if (!point) continue;
    point.passed += passed;
    point.refused += refused;
    point.limited += limited;
  }
  return points;
}

/** Calls that didn't pass, by reason; the most frequent first. */
export async function readRefusals(db: Db, query: UsageQuery): Promise<RefusalCount[]> {
  const rows = await db.execute<RefusalCount>(sql`
    select c.outcome, sum(c.calls)::float8 as calls from ${callsOf(query).from} and c.outcome <> 'passed'
    group by 1 order by 2 desc, 1`);
  return [...rows];
}

/** The subscriptions, accounts, products or APIs with the most calls, at most `max`; those without calls are left out. */
export async function readTopUsage(
  db: Db,
  { by, max, ...query }: UsageQuery & { by: Thing; max: number },
): Promise<TopUsage[]> {
  const { from, id } = callsOf(query, by);
  const rows = await db.execute<TopUsage>(sql`
    select ${id} as id, ${SUMS} from ${from} and ${id} <> ''
    group by ${id} order by sum(c.calls) desc, ${id} limit ${max}`);
  return [...rows];
}
