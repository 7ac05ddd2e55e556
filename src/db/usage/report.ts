// Calls of any time, for programs: by the months, days and hours that lie in it.
import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../connection/connect.ts';
import { ALL } from '../schema/usage.ts';

export type ReportedThing = 'account' | 'product' | 'api' | 'subscription';
/** The hours and days that a time touches count whole. `only`: calls of these. */
export type ReportedCalls = {
  serviceId: string;
  from: Date;
  to: Date;
  only: Partial<Record<ReportedThing, string | undefined>>;
};
/** Calls that passed, were refused with 401, 403 or 429, and with 400. */
export type ReportSums = { passed: number; blocked: number; failed: number };
export const REPORT_ORDERS = ['name', 'passed', 'blocked', 'failed', 'total'] as const;
export type ReportOrder = { by: (typeof REPORT_ORDERS)[number]; isDescending: boolean };
/** `name` is its id where it was deleted. The account and product are those of a subscription. */
export type ReportRow = ReportSums & {
  id: string;
  name: string;
  /** What programs know the account by. */
  resourceId: string | null;
  productId: string | null;
};

const SUMS = sql`
  coalesce(sum(c.calls) filter (where c.outcome = 'passed'), 0)::float8 as passed,
  coalesce(sum(c.calls) filter (where c.outcome not in ('passed', 'unreadable')), 0)::float8 as blocked,
  coalesce(sum(c.calls) filter (where c.outcome = 'unreadable'), 0)::float8 as failed`;

const COLUMNS = {
  subscription: sql`c.subscription_id`,
  account: sql`s.account_id`,
  product: sql`s.product_id`,
  api: sql`c.api_id`,
} as const;
const CATALOG_COLUMNS = { product: sql`c.product_id`, api: sql`c.api_id` } as const;

/** The calls as `c`, and the column that tells the things apart. */
function callsOf({ serviceId, only }: ReportedCalls, by: ReportedThing | null, when: SQL) {
  const given = Object.entries(only).filter(([, id]) => id !== undefined) as [ReportedThing, string][];
  const isOfSubscriptions = [by, ...given.map(([thing]) => thing)].some(
    (thing) => thing === 'subscription' || thing === 'account',
  );
  const conditions = isOfSubscriptions
    ? given.map(([thing, id]) => sql`${COLUMNS[thing]} = ${id}`)
    : (['product', 'api'] as const).map((thing) =>
        thing === by && only[thing] === undefined
          ? sql`${CATALOG_COLUMNS[thing]} <> ${ALL}`
          : sql`${CATALOG_COLUMNS[thing]} = ${only[thing] ?? ALL}`,
      );
  const table = isOfSubscriptions
    ? sql`subscription_calls c join subscriptions s on s.service_id = c.service_id and s.id = c.subscription_id`
    : sql`catalog_calls c`;
  const where = sql.join([sql`c.service_id = ${serviceId} and (${when})`, ...conditions], sql` and `);
  const column = by && !isOfSubscriptions ? CATALOG_COLUMNS[by as 'product' | 'api'] : by && COLUMNS[by];
  return { from: sql`${table} where ${where}`, column: column ?? sql`null` };
}

const floor = (at: Date, unit: 'hour' | 'day' | 'month', more = 0): string => {
  const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth() + more, at.getUTCDate()];
  if (unit === 'month') return new Date(Date.UTC(year, month)).toISOString();
  return new Date(Date.UTC(year, month, day, unit === 'day' ? 0 : at.getUTCHours())).toISOString();
};

const hours = ({ from, to }: ReportedCalls) =>
  sql`c.span = 'hour' and c.starts_at between ${floor(from, 'hour')} and ${to.toISOString()}`;
const days = ({ from, to }: ReportedCalls) =>
  sql`c.span = 'day' and c.starts_at between ${floor(from, 'day')} and ${to.toISOString()}`;

/** Whole months are read as such, so that a year is no more rows than it must be. */
function inSpans(calls: ReportedCalls): SQL {
  const begin = floor(new Date(calls.from.getTime() - 1), 'month', 1);
  const end = floor(calls.to, 'month');
  if (begin >= end) return sql`${hours(calls)} or ${days(calls)}`;
  return sql`${hours(calls)} or ${days(calls)} and not (c.starts_at >= ${begin} and c.starts_at < ${end})
    or c.span = 'month' and c.starts_at >= ${begin} and c.starts_at < ${end}`;
}

/** What the things `g` are called. */
const NAMED: Record<ReportedThing, (serviceId: string) => SQL> = {
  account: (serviceId) => sql`
    select g.*, a.first_name || ' ' || a.last_name as name, coalesce(a.resource_id, a.id) as "resourceId",
      null as "productId"
    from grouped g join accounts a on a.service_id = ${serviceId} and a.id = g.id`,
  subscription: (serviceId) => sql`
    select g.*, s.name, coalesce(a.resource_id, a.id) as "resourceId", s.product_id as "productId"
    from grouped g join subscriptions s on s.service_id = ${serviceId} and s.id = g.id
      left join accounts a on a.service_id = ${serviceId} and a.id = s.account_id`,
  product: (serviceId) => sql`
    select g.*, coalesce(p.name, g.id) as name, null as "resourceId", null as "productId"
    from grouped g left join products p on p.service_id = ${serviceId} and p.id = g.id`,
  api: (serviceId) => sql`
    select g.*, coalesce(i.name, g.id) as name, null as "resourceId", null as "productId"
    from grouped g left join apis i on i.service_id = ${serviceId} and i.id = g.id`,
};

const ORDERS: Record<ReportOrder['by'], SQL> = {
  name: sql`lower(name)`,
  passed: sql`passed`,
  blocked: sql`blocked`,
  failed: sql`failed`,
  total: sql`passed + blocked + failed`,
};

/** A page of the things that were called, and how many there are. */
export async function readReport(
  db: Db,
  calls: ReportedCalls,
  page: { by: ReportedThing; order: ReportOrder; skip: number; limit: number },
): Promise<{ rows: ReportRow[]; count: number }> {
  const { from, column } = callsOf(calls, page.by, inSpans(calls));
  const direction = page.order.isDescending ? sql`desc` : sql`asc`;
  const found = await db.execute<ReportRow & { count: number }>(sql`
    with grouped as (select ${column} as id, ${SUMS} from ${from} and ${column} <> '' group by ${column}),
    named as (${NAMED[page.by](calls.serviceId)})
    select *, count(*) over ()::int as count from named
    order by ${ORDERS[page.order.by]} ${direction}, id limit ${page.limit} offset ${page.skip}`);
  return {
    rows: [...found].map(({ count: _, ...row }) => row),
    count: found[0]?.count ?? 0,
  };
}

/** Calls by the hour and by the day, as they are kept; the oldest first. */
export async function readTimes(
  db: Db,
  calls: ReportedCalls,
): Promise<(ReportSums & { startsAt: Date; hours: number })[]> {
  const { from } = callsOf(calls, null, sql`${hours(calls)} or ${days(calls)}`);
  const rows = await db.execute<ReportSums & { at: number; span: string }>(sql`
    select c.span, (extract(epoch from c.starts_at) * 1000)::float8 as at, ${SUMS}
    from ${from} group by c.span, c.starts_at order by c.starts_at`);
  return [...rows].map(({ span, at, ...sums }) => ({
    ...sums,
    startsAt: new Date(at),
    hours: span === 'hour' ? 1 : 24,
  }));
}
