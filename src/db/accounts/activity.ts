// On which day accounts last signed in and last called.
import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import type { CountedCalls } from '../../domain/call-counts.ts';
import type { Database, Db, Transaction } from '../connection/connect.ts';
import { GIVE_WAY, has } from '../rows.ts';
import { accountActivity, NEVER } from '../schema/index.ts';

type Of = { serviceId: string; accountId: string };

/** Days in UTC, as `2026-11-30`. Null: never. An account that neither signed in nor called is idle since it was registered. */
export type Activity = { lastSignInOn: string | null; lastCallOn: string | null; idleSince: string | null };

const NO_ACTIVITY: Activity = { lastSignInOn: null, lastCallOn: null, idleSince: null };

/** The day in UTC. */
export const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

const orNull = (day: string): string | null => (day === NEVER ? null : day);

/** Writes once a day for each account. */
export async function noteSignIn(tx: Transaction, { now, ...of }: Of & { now: Date }): Promise<void> {
  const today = dayOf(now);
  await tx
    .update(accountActivity)
    .set({ lastSignInOn: today })
    .where(and(has(accountActivity, of), lt(accountActivity.lastSignInOn, today)));
}

/**
 * Writes once a day for each account that called. Repeated or late calls change nothing. It comes before the calls are counted and
 * in a transaction of its own, so that it holds no subscription while it waits for what an operation holds. It locks in the order
 * of ids, so that two batches can't block each other.
 */
export async function noteCalls(
  db: Database,
  serviceId: string,
  calls: readonly Pick<CountedCalls, 'subscription' | 'outcome' | 'lastAt'>[],
): Promise<void> {
  const lastDays = new Map<string, { id: string; createdAt: number; day: string }>();
  for (const { subscription: one, outcome, lastAt } of calls) {
    if (!one || outcome !== 'passed') continue;
    const [key, day] = [`${one.createdAt} ${one.id}`, dayOf(new Date(lastAt))];
    if ((lastDays.get(key)?.day ?? '') < day)
      lastDays.set(key, { id: one.id, createdAt: one.createdAt, day });
  }
  if (lastDays.size === 0) return;
  const late = await db.execute(sql`
    select s.account_id as id, max(c.day) as day
    from jsonb_to_recordset(${JSON.stringify([...lastDays.values()])}::jsonb) as c (id text, "createdAt" float8, day date)
      join subscriptions s on s.service_id = ${serviceId} and s.id = c.id
        and (extract(epoch from s.created_at) * 1000)::float8 = c."createdAt"
      join account_activity a on a.service_id = ${serviceId} and a.account_id = s.account_id and a.last_call_on < c.day
    group by 1`);
  if (late.length === 0) return;
  await db.transaction(async (tx) => {
    await tx.execute(GIVE_WAY);
    await tx.execute(sql`
      with held as (
        select a.account_id, c.day from jsonb_to_recordset(${JSON.stringify(late)}::jsonb) as c (id text, day date)
          join account_activity a on a.service_id = ${serviceId} and a.account_id = c.id
        order by 1 for no key update of a)
      update account_activity a set last_call_on = held.day from held
      where a.service_id = ${serviceId} and a.account_id = held.account_id and a.last_call_on < held.day`);
  });
}

/** An erased account is in no list. */
export async function deleteActivity(tx: Transaction, of: Of): Promise<void> {
  await tx.delete(accountActivity).where(has(accountActivity, of));
}

/** Of each of these accounts. */
export async function listActivity(
  db: Db,
  serviceId: string,
  accountIds: readonly string[],
): Promise<(accountId: string) => Activity> {
  const rows =
    accountIds.length === 0
      ? []
      : await db
          .select()
          .from(accountActivity)
          .where(
            and(
              eq(accountActivity.serviceId, serviceId),
              inArray(accountActivity.accountId, [...accountIds]),
            ),
          );
  const found = new Map(
    rows.map(({ accountId, lastSignInOn, lastCallOn, idleSince }) => [
      accountId,
      { lastSignInOn: orNull(lastSignInOn), lastCallOn: orNull(lastCallOn), idleSince },
    ]),
  );
  return (accountId) => found.get(accountId) ?? NO_ACTIVITY;
}
