import { and, eq, gt, isNull, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Database, Transaction } from './connect.ts';
import { approvals, imports, invitations, mails, sessions, tickets, tokens } from './schema.ts';

export type OpenThings = {
  tickets: number;
  sessions: number;
  tokens: number;
  mails: number;
  approvals: number;
  imports: number;
  invitations: number;
};

/** What could still take effect in a database that was brought back from a backup. */
export async function countOpenThings(
  db: Database | Transaction,
  of: { serviceId: string; now: Date },
): Promise<OpenThings> {
  const count = (table: PgTable, where: SQL | undefined) => db.$count(table, where);
  const openTickets = [isNull(tickets.usedAt), isNull(tickets.voidedAt), gt(tickets.expiresAt, of.now)];
  return {
    tickets: await count(tickets, and(eq(tickets.serviceId, of.serviceId), ...openTickets)),
    sessions: await count(sessions, eq(sessions.serviceId, of.serviceId)),
    tokens: await count(
      tokens,
      and(eq(tokens.serviceId, of.serviceId), isNull(tokens.revokedAt), gt(tokens.expiresAt, of.now)),
    ),
    mails: await count(mails, and(eq(mails.serviceId, of.serviceId), eq(mails.state, 'queued'))),
    approvals: await count(
      approvals,
      and(eq(approvals.serviceId, of.serviceId), eq(approvals.state, 'open')),
    ),
    imports: await count(imports, and(eq(imports.serviceId, of.serviceId), isNull(imports.endedAt))),
    invitations: await count(
      invitations,
      and(
        eq(invitations.serviceId, of.serviceId),
        eq(invitations.state, 'open'),
        gt(invitations.expiresAt, of.now),
      ),
    ),
  };
}
