// Sign-ups that wait: for their email to be confirmed, or for an operator.
import { and, count, eq, gt, isNotNull, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { dueRows, has, holdLock } from '../rows.ts';
import { accounts, signUpSummaries } from '../schema/index.ts';

const isWaiting = and(
  eq(accounts.state, 'pending'),
  isNotNull(accounts.signedUpAt),
  isNotNull(accounts.emailConfirmedAt),
);

/** Lets one sign-up at a time begin to wait for an operator, so that their count is exact. Call it after other locks. */
export const holdSignUps = (tx: Transaction, serviceId: string) => holdLock(tx, `${serviceId} sign-ups`);

/** How many sign-ups began to wait for an operator after `since`. */
export async function countWaitingSince(tx: Transaction, serviceId: string, since: Date): Promise<number> {
  const [row] = await tx
    .select({ count: count() })
    .from(accounts)
    .where(and(eq(accounts.serviceId, serviceId), isWaiting, gt(accounts.emailConfirmedAt, since)));
  return row?.count ?? 0;
}

export async function findOpenSummary(db: Db, serviceId: string): Promise<{ id: string } | null> {
  const [row] = await db
    .select({ id: signUpSummaries.id })
    .from(signUpSummaries)
    .where(has(signUpSummaries, { serviceId, endedAt: null }));
  return row ?? null;
}

export async function insertSummary(
  tx: Transaction,
  row: { serviceId: string; id: string; createdAt: Date },
): Promise<void> {
  await tx.insert(signUpSummaries).values(row);
}

/** How many sign-ups the summary shows, and how many of them still wait. */
export async function countInSummary(
  tx: Transaction,
  { serviceId, id }: { serviceId: string; id: string },
): Promise<{ total: number; waiting: number }> {
  const [row] = await tx
    .select({ total: count(), waiting: sql<string>`count(*) filter (where ${isWaiting})` })
    .from(accounts)
    .where(has(accounts, { serviceId, signUpSummaryId: id }));
  return { total: row?.total ?? 0, waiting: Number(row?.waiting ?? 0) };
}

export async function endSummary(
  tx: Transaction,
  { serviceId, id, now }: { serviceId: string; id: string; now: Date },
): Promise<void> {
  await tx
    .update(signUpSummaries)
    .set({ endedAt: now })
    .where(has(signUpSummaries, { serviceId, id, endedAt: null }));
}

/** Sign-ups that were never confirmed. */
export const listUnconfirmedSignUps = dueRows(
  accounts,
  accounts.signedUpAt,
  has(accounts, { state: 'pending', emailConfirmedAt: null }),
);
