// Sample data: finds what exists, cancels its mails, and backdates it.
import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { Database } from '../connection/connect.ts';
import { accounts, invitations, mails, subscriptions, tickets } from '../schema/index.ts';

/** Accounts that have or had one of these emails; a deleted one counts until it is erased. */
export async function listAccountsWithAddresses(db: Database, serviceId: string, addresses: string[]) {
  return db
    .select({
      id: accounts.id,
      address: accounts.emailCanonical,
      state: accounts.state,
      version: accounts.version,
    })
    .from(accounts)
    .where(
      and(
        eq(accounts.serviceId, serviceId),
        inArray(accounts.emailCanonical, addresses),
        isNull(accounts.erasedAt),
      ),
    );
}

/** Invitations to these emails, ended ones too. */
export async function listInvitationsTo(db: Database, serviceId: string, addresses: string[]) {
  return db
    .select({ id: invitations.id, address: invitations.emailCanonical })
    .from(invitations)
    .where(and(eq(invitations.serviceId, serviceId), inArray(invitations.emailCanonical, addresses)));
}

/** Cancels the waiting mails. */
export async function cancelMailsTo(
  db: Database,
  serviceId: string,
  to: { accountId: string } | { invitationId: string },
): Promise<void> {
  const owner =
    'accountId' in to ? eq(mails.accountId, to.accountId) : eq(mails.invitationId, to.invitationId);
  await db
    .update(mails)
    .set({ sealedOrder: null, sealedMessage: null, state: 'cancelled' })
    .where(and(eq(mails.serviceId, serviceId), owner, eq(mails.state, 'queued')));
}

const earlier = (column: AnyPgColumn, hours: number) => sql`${column} - ${hours} * interval '1 hour'`;

/** Moves the account's times back by `hours`. The audit stays true. */
export async function backdateAccount(
  db: Database,
  of: { serviceId: string; accountId: string; hours: number },
): Promise<void> {
  await db
    .update(accounts)
    .set({
      registeredAt: earlier(accounts.registeredAt, of.hours),
      updatedAt: earlier(accounts.updatedAt, of.hours),
    })
    .where(and(eq(accounts.serviceId, of.serviceId), eq(accounts.id, of.accountId)));
}

/** Moves the subscription's times back by `hours`. */
export async function backdateSubscription(
  db: Database,
  of: { serviceId: string; id: string; hours: number },
): Promise<void> {
  await db
    .update(subscriptions)
    .set({
      createdAt: earlier(subscriptions.createdAt, of.hours),
      stateChangedAt: earlier(subscriptions.stateChangedAt, of.hours),
      updatedAt: earlier(subscriptions.updatedAt, of.hours),
    })
    .where(and(eq(subscriptions.serviceId, of.serviceId), eq(subscriptions.id, of.id)));
}

/** Moves the times of the invitation and its link back by `hours`. */
export async function backdateInvitation(
  db: Database,
  of: { serviceId: string; invitationId: string; hours: number },
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx
      .update(tickets)
      .set({ expiresAt: earlier(tickets.expiresAt, of.hours) })
      .where(and(eq(tickets.serviceId, of.serviceId), eq(tickets.invitationId, of.invitationId)));
    await tx
      .update(invitations)
      .set({
        createdAt: earlier(invitations.createdAt, of.hours),
        expiresAt: earlier(invitations.expiresAt, of.hours),
      })
      .where(and(eq(invitations.serviceId, of.serviceId), eq(invitations.id, of.invitationId)));
  });
}
