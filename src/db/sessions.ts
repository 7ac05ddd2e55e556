import { and, eq, gt } from 'drizzle-orm';
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
