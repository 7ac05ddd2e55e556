// What an import looks up before it begins, for many addresses at once.
import { and, eq, inArray, max, ne } from 'drizzle-orm';
import type { Database, Transaction } from './connect.ts';
import { accounts, invitations, mails } from './schema.ts';

type Db = Database | Transaction;

export async function listStatesOfAddresses(db: Db, serviceId: string, addresses: string[]) {
  return db
    .select({ address: accounts.emailCanonical, state: accounts.state })
    .from(accounts)
    .where(
      and(
        eq(accounts.serviceId, serviceId),
        inArray(accounts.emailCanonical, addresses),
        ne(accounts.state, 'deleted'),
      ),
    );
}

export async function listOpenInvitationsTo(db: Db, serviceId: string, addresses: string[]) {
  return db
    .select({ address: invitations.emailCanonical, expiresAt: invitations.expiresAt })
    .from(invitations)
    .where(
      and(
        eq(invitations.serviceId, serviceId),
        inArray(invitations.emailCanonical, addresses),
        eq(invitations.state, 'open'),
      ),
    );
}

/** When the last of the mails that wait is due. */
export async function findLastMailDue(db: Db, serviceId: string): Promise<Date | null> {
  const [row] = await db
    .select({ at: max(mails.nextAttemptAt) })
    .from(mails)
    .where(and(eq(mails.serviceId, serviceId), eq(mails.state, 'queued')));
  return row?.at ?? null;
}
