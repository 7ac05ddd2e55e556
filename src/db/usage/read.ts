// Reads how many calls there were. Each day's hours are added to its day, where some are left.
import { type SQL, sql } from 'drizzle-orm';
import {
  type CallSums,
  pointsOf,
  type UsageOf,
  type UsagePoint,
  type UsageTime,
  unitOf,
} from '../../domain/usage-times.ts';
import type { Db } from '../connection/connect.ts';

export type UsageQuery = { serviceId: string; of: UsageOf; time: UsageTime; now: Date };
/** How many calls ended in one way; `outcome` as in `domain/call-counts.ts`. */
export type RefusalCount = { outcome: string; calls: number };
export type TopUsage = CallSums & { id: string };

const SUMS = sql`
  coalesce(sum(c.calls) filter (where c.outcome = 'passed'), 0)::float8 as passed,
  coalesce(sum(c.calls) filter (where c.outcome in ('rate_limited', 'quota_exceeded')), 0)::float8 as limited,
  coalesce(sum(c.calls) filter (
    where c.outcome not in ('passed', 'rate_limited', 'quota_exceeded')), 0)::float8 as refused`;

/** What the calls of each thing are found by, in `subscription_calls c` with `subscriptions s`, and in `catalog_calls c`. */
const IDS = {
  subscription: { bySubscription: sql`c.subscription_id`, inCatalog: null },
  account: { bySubscription: sql`s.account_id`, inCatalog: null },
  product: { bySubscription: sql`s.product_id`, inCatalog: sql`c.product_id` },
  api: { bySubscription: sql`c.api_id`, inCatalog: sql`c.api_id` },
} as const;
type Thing = keyof typeof IDS;

/** The calls as `c`, from the catalog's counts if these tell them apart: they also have those of deleted subscriptions. */
function callsOf({ serviceId, of, time, now }: UsageQuery, by: Thing | null = null): { from: SQL; id: SQL } {
  const since = pointsOf(time, now)[0]?.toISOString();
  const spans = unitOf(time) === 'hour' ? sql`('hour')` : sql`('hour', 'day')`;
  const when = sql`c.service_id = ${serviceId} and c.span in ${spans}
    and c.starts_at between ${since} and ${now.toISOString()}`;
  const isInCatalog = [by, of.of].every((thing) => !thing || thing === 'service' || IDS[thing].inCatalog);
  const column = (thing: Thing) =>
    (isInCatalog ? IDS[thing].inCatalog : IDS[thing].bySubscription) ?? sql`null`;
  const which = of.of === 'service' ? sql`true` : sql`${column(of.of)} = ${of.id}`;
  const table = isInCatalog
    ? sql`catalog_calls c`
    : sql`subscription_calls c
        join subscriptions s on s.service_id = c.service_id and s.id = c.subscription_id`;
  return { from: sql`${table} where ${when} and ${which}`, id: by ? column(by) : sql`null` };
}

/** Every point of the time, the oldest first, also where there were no calls. */
export async function readUsage(db: Db, query: UsageQuery): Promise<UsagePoint[]> {
  const rows = await db.execute<CallSums & { at: number }>(sql`
    select (extract(epoch from date_trunc(${unitOf(query.time)}, c.starts_at, 'UTC')) * 1000)::float8 as at, ${SUMS}
    from ${callsOf(query).from} group by 1`);
  const found = new Map([...rows].map(({ at, ...sums }) => [at, sums]));
  return pointsOf(query.time, query.now).map((startsAt) => ({
    startsAt,
    ...(found.get(startsAt.getTime()) ?? { passed: 0, refused: 0, limited: 0 }),
  }));
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
