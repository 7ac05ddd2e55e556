import { and, eq, gt, inArray } from 'drizzle-orm';
import type { Database, Transaction } from './connect.ts';
import { accounts, sessions } from './schema.ts';

/** Whether a session still lives, and its account is one that may be signed in. */
export async function isSignedIn(
  db: Database | Transaction,
  session: { serviceId: string; id: string; accountId: string; now: Date },
): Promise<boolean> {
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .innerJoin(accounts, and(eq(accounts.serviceId, sessions.serviceId), eq(accounts.id, sessions.accountId)))
    .where(
      and(
        eq(sessions.serviceId, session.serviceId),
        eq(sessions.id, session.id),
        eq(sessions.accountId, session.accountId),
        gt(sessions.expiresAt, session.now),
        eq(accounts.state, 'active'),
      ),
    );
  return rows.length > 0;
}

/** Signs everybody out; says how many sessions there were, at most `limit`. */
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
