// Sample data: finds what exists, cancels its mails, and backdates it.
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { AnyPgColumn } from 'drizzle-orm/pg-core';
import type { Database } from '../connection/connect.ts';
import { has } from '../rows.ts';
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
    .where(and(has(accounts, { serviceId, erasedAt: null }), inArray(accounts.emailCanonical, addresses)));
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
  await db
    .update(mails)
    .set({ sealedOrder: null, sealedMessage: null, state: 'cancelled' })
    .where(has(mails, { serviceId, state: 'queued', ...to }));
}

const earlier = (column: AnyPgColumn, hours: number) => sql`${column} - ${hours} * interval '1 hour'`;

/** Moves the account's times back by `hours`, with a sign-in on one of the days since for most. The audit stays true. */
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
    .where(has(accounts, { serviceId: of.serviceId, id: of.accountId }));
  await db.execute(sql`
    update account_activity
    set last_sign_in_on = registered_on + abs(hashtext(account_id)) % ((now() at time zone 'UTC')::date - registered_on + 1)
    where service_id = ${of.serviceId} and account_id = ${of.accountId} and state <> 'pending'
      and abs(hashtext(account_id)) % 5 > 0`);
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
    .where(has(subscriptions, { serviceId: of.serviceId, id: of.id }));
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
      .where(has(tickets, { serviceId: of.serviceId, invitationId: of.invitationId }));
    await tx
      .update(invitations)
      .set({
        createdAt: earlier(invitations.createdAt, of.hours),
        expiresAt: earlier(invitations.expiresAt, of.hours),
      })
      .where(has(invitations, { serviceId: of.serviceId, id: of.invitationId }));
  });
}
