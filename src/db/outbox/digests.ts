// Monday's digest: whether it is wanted and was posted, and the counts that it shows.
import { and, eq, gte, lt, ne, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Db, Transaction } from '../connection/connect.ts';
import { countWhere } from '../page.ts';
import { has } from '../rows.ts';
import { accounts, digests, services, subscriptions } from '../schema/index.ts';

/** Until someone turns it off, it is on. */
export async function isDigestOn(db: Db, serviceId: string): Promise<boolean> {
  const [row] = await db.select({ isOn: digests.isOn }).from(digests).where(has(digests, { serviceId }));
  return row?.isOn ?? true;
}

/** `postedFor` is the last Monday: a digest that was off doesn't come later. */
export async function saveDigestIsOn(
  tx: Transaction,
  row: { serviceId: string; isOn: boolean; postedFor: Date },
): Promise<void> {
  await tx.insert(digests).values(row).onConflictDoUpdate({ target: digests.serviceId, set: row });
}

/** Notes that the digest of a Monday is posted. False: it was already, is turned off, or the service is younger than that Monday. */
export async function takeDigest(tx: Transaction, serviceId: string, monday: Date): Promise<boolean> {
  const isOld = and(has(services, { id: serviceId }), lt(services.createdAt, monday));
  const [old] = await tx.select({ id: services.id }).from(services).where(isOld);
  if (!old) return false;
  const [taken] = await tx
    .insert(digests)
    .values({ serviceId, postedFor: monday })
    .onConflictDoUpdate({
      target: digests.serviceId,
      set: { postedFor: monday },
      setWhere: sql`${digests.isOn} and ${lt(digests.postedFor, monday)}`,
    })
    .returning({ isOn: digests.isOn });
  return taken !== undefined;
}

export type DigestSpan = { serviceId: string; since: Date; waitingBefore: Date; upTo: number };

/** What no list counts: at most `upTo` of each, and one more stands for any higher number. */
export async function countForDigest(db: Db, { serviceId, since, waitingBefore, upTo }: DigestSpan) {
  const among = (table: PgTable, where: SQL | undefined) => countWhere(db, table, where, upTo);
  const isHere = and(eq(accounts.serviceId, serviceId), ne(accounts.state, 'deleted'));
  const isIn = (state: 'pending' | 'blocked') => has(accounts, { serviceId, state });
  const waits = and(
    has(subscriptions, { serviceId, state: 'submitted' }),
    lt(subscriptions.createdAt, waitingBefore),
  );
  const [newAccounts, waitingAccounts, newlyBlocked, waitingSubscriptions] = await Promise.all([
    among(accounts, and(isHere, gte(accounts.registeredAt, since))),
    among(accounts, and(isIn('pending'), lt(accounts.stateChangedAt, waitingBefore))),
    among(accounts, and(isIn('blocked'), gte(accounts.stateChangedAt, since))),
    among(subscriptions, waits),
  ]);
  return { newAccounts, waitingAccounts, newlyBlocked, waitingSubscriptions };
}
