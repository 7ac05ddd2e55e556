// Adds old hours to their days and months, and deletes old days and months. Each step is one statement, so a process may die
// between any two, and two processes may do it at once. An hour that is written later is added by the next run.
import { type SQL, sql } from 'drizzle-orm';
import type { Database, Transaction } from '../connection/connect.ts';
import { GIVE_WAY } from '../rows.ts';

const ROWS_AT_ONCE = 5_000;
/** In one run, so that the rest of the minute's work need not wait for long. */
const MAX_STEPS = 20;
/** A chart shows 24 hours; days are rolled up whole. */
const HOURS_KEPT = 25;
/** A chart shows twelve months. */
const DAYS_KEPT = 400;
/** A gateway that sends nothing for this long may have a batch counted twice. */
const BATCHES_KEPT_DAYS = 30;
const HOUR_MS = 3_600_000;

const TABLES = [
  { table: sql`subscription_calls`, of: sql`subscription_id` },
  { table: sql`catalog_calls`, of: sql`product_id` },
];

export async function rollUpUsage(db: Database, serviceId: string, now: Date): Promise<void> {
  const hoursAgo = (hours: number) => new Date(now.getTime() - hours * HOUR_MS);
  const hoursEnd = hoursAgo(HOURS_KEPT);
  hoursEnd.setUTCHours(0, 0, 0, 0);
  for (const { table, of } of TABLES) {
    const old = (spans: SQL, before: Date) => sql`
      select ctid from ${table} where service_id = ${serviceId} and span in ${spans}
        and starts_at < ${before.toISOString()} limit ${ROWS_AT_ONCE} for update skip locked`;
    await inSteps(
      db,
      sql`
      with old as (${old(sql`('hour')`, hoursEnd)}),
      moved as (delete from ${table} h using old where h.ctid = old.ctid returning h.*),
      added as (
        insert into ${table} as d (service_id, ${of}, api_id, span, starts_at, outcome, calls)
        select service_id, ${of}, api_id, longer.span, date_trunc(longer.span, starts_at, 'UTC'), outcome, sum(calls)
        from moved cross join (values ('day'), ('month')) as longer (span)
        group by 1, 2, 3, 4, 5, 6 order by 2, 3, 4, 5, 6
        on conflict (service_id, ${of}, api_id, span, starts_at, outcome)
          do update set calls = d.calls + excluded.calls)
      select count(*)::int as count from moved`,
    );
    await inSteps(
      db,
      sql`
      with old as (${old(sql`('day', 'month')`, hoursAgo(DAYS_KEPT * 24))}),
      gone as (delete from ${table} d using old where d.ctid = old.ctid returning 1)
      select count(*)::int as count from gone`,
    );
  }
  await db.execute(sql`delete from call_batches where service_id = ${serviceId}
    and written_at < ${hoursAgo(BATCHES_KEPT_DAYS * 24).toISOString()}`);
}

async function inSteps(db: Database, step: SQL): Promise<void> {
  const run = async (tx: Transaction) => {
    await tx.execute(GIVE_WAY);
    const [row] = await tx.execute<{ count: number }>(step);
    return row?.count ?? 0;
  };
  for (let at = 0; at < MAX_STEPS; at++) if ((await db.transaction(run)) < ROWS_AT_ONCE) return;
}
