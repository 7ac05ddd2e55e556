import { and, desc, eq, gt, inArray, lte, ne, notInArray } from 'drizzle-orm';
import type { Database, Db, Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { accounts, sessions } from '../schema/index.ts';
import type { Account } from './accounts.ts';

export type Session = typeof sessions.$inferSelect;

type Of = { serviceId: string; accountId: string };

/** A session lives while it has a row, its end is ahead, and its account is active. */
const isLive = (now: Date) => and(gt(sessions.expiresAt, now), eq(accounts.state, 'active'));
const ofItsAccount = has(accounts, { serviceId: sessions.serviceId, id: sessions.accountId });

/** Whether a session still lives. */
export async function isSignedIn(
  db: Db,
  { serviceId, id, accountId, now }: Of & { id: string; now: Date },
): Promise<boolean> {
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .innerJoin(accounts, ofItsAccount)
    .where(and(has(sessions, { serviceId, id, accountId }), isLive(now)));
  return rows.length > 0;
}

/** Ends at most `limit` sessions of all developers. Returns how many. */
export async function deleteAllSessions(
  tx: Transaction,
  of: { serviceId: string; limit: number },
): Promise<number> {
  const some = tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(eq(sessions.serviceId, of.serviceId))
    .limit(of.limit);
  const deleted = await tx
    .delete(sessions)
    .where(and(eq(sessions.serviceId, of.serviceId), inArray(sessions.id, some)))
    .returning({ id: sessions.id });
  return deleted.length;
}

export async function findLiveSession(
  db: Db,
  key: { serviceId: string; hash: string; now: Date },
): Promise<{ session: Session; account: Account } | null> {
  const [row] = await db
    .select({ session: sessions, account: accounts })
    .from(sessions)
    .innerJoin(accounts, ofItsAccount)
    .where(and(has(sessions, { serviceId: key.serviceId, hash: key.hash }), isLive(key.now)));
  return row ?? null;
}

export async function findSession(
  db: Db,
  { serviceId, accountId, id }: Of & { id: string },
): Promise<Session | null> {
  const [row] = await db.select().from(sessions).where(has(sessions, { serviceId, accountId, id }));
  return row ?? null;
}

export async function insertSession(tx: Transaction, row: Session): Promise<void> {
  await tx.insert(sessions).values(row);
}

export async function touchSession(
  tx: Transaction,
  session: Pick<Session, 'serviceId' | 'id'>,
  seen: Pick<Session, 'lastSeenAt' | 'expiresAt'>,
): Promise<void> {
  await tx
    .update(sessions)
    .set(seen)
    .where(has(sessions, { serviceId: session.serviceId, id: session.id }));
}

export async function noteProof(
  tx: Transaction,
  { provedAt, ...of }: Of & { id: string; provedAt: Date },
): Promise<void> {
  await tx.update(sessions).set({ provedAt }).where(has(sessions, of));
}

/** Live sessions, the latest used first. */
export async function listSessions(
  db: Db,
  { serviceId, accountId, now }: Of & { now: Date },
): Promise<Session[]> {
  return db
    .select()
    .from(sessions)
    .where(and(has(sessions, { serviceId, accountId }), gt(sessions.expiresAt, now)))
    .orderBy(desc(sessions.lastSeenAt), desc(sessions.id));
}

/** True when there was such a session. */
export async function deleteSession(tx: Transaction, { serviceId, accountId, id }: Of & { id: string }) {
  const ended = await tx
    .delete(sessions)
    .where(has(sessions, { serviceId, accountId, id }))
    .returning({ id: sessions.id });
  return ended.length > 0;
}

export async function deleteSessionByHash(
  tx: Transaction,
  { serviceId, hash }: { serviceId: string; hash: string },
): Promise<void> {
  await tx.delete(sessions).where(has(sessions, { serviceId, hash }));
}

/** Ends all sessions of an account except `except`. Returns how many. */
export async function deleteSessionsOfAccount(
  tx: Transaction,
  { serviceId, accountId, except }: Of & { except?: string },
): Promise<number> {
  const ended = await tx
    .delete(sessions)
    .where(
      and(
        has(sessions, { serviceId, accountId }),
        except === undefined ? undefined : ne(sessions.id, except),
      ),
    )
    .returning({ id: sessions.id });
  return ended.length;
}

/** Ends all sessions of an account except the `count` newest. */
export async function keepNewestSessions(
  tx: Transaction,
  { serviceId, accountId, count }: Of & { count: number },
): Promise<void> {
  const ofAccount = has(sessions, { serviceId, accountId });
  const newest = tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(ofAccount)
    .orderBy(desc(sessions.createdAt), desc(sessions.id))
    .limit(count);
  await tx.delete(sessions).where(and(ofAccount, notInArray(sessions.id, newest)));
}

export async function deleteEndedSessions(db: Database, now: Date): Promise<void> {
  await db.delete(sessions).where(lte(sessions.expiresAt, now));
}
