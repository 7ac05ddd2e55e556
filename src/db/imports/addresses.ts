// Looks up many emails at once for an import.
import { and, eq, inArray, ne } from 'drizzle-orm';
import type { Db } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { accounts, invitations } from '../schema/index.ts';

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
      and(has(invitations, { serviceId, state: 'open' }), inArray(invitations.emailCanonical, addresses)),
    );
}
