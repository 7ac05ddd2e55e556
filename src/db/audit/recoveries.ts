import { and, eq, gt, inArray, isNull, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Db } from '../connection/connect.ts';
import {
  approvals,
  imports,
  invitations,
  mails,
  sessions,
  subscriptionKeys,
  subscriptions,
  tickets,
  tokens,
} from '../schema/index.ts';
import type { KeySlot } from '../subscriptions/keys.ts';
import type { Subscription } from '../subscriptions/subscriptions.ts';

export type OpenCounts = {
  tickets: number;
  sessions: number;
  tokens: number;
  mails: number;
  approvals: number;
  imports: number;
  invitations: number;
};

/** What could still take effect in a restored database. */
export async function countOpenThings(db: Db, of: { serviceId: string; now: Date }): Promise<OpenCounts> {
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

/** The states of subscriptions, and since when each has its keys. */
export async function findSubscriptionStates(
  db: Db,
  serviceId: string,
  ids: readonly string[],
): Promise<{ id: string; state: Subscription['state']; keysSince: Partial<Record<KeySlot, Date>> }[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({
      id: subscriptions.id,
      state: subscriptions.state,
      slot: subscriptionKeys.slot,
      since: subscriptionKeys.createdAt,
    })
    .from(subscriptions)
    .leftJoin(
      subscriptionKeys,
      and(
        eq(subscriptionKeys.serviceId, subscriptions.serviceId),
        eq(subscriptionKeys.subscriptionId, subscriptions.id),
      ),
    )
    .where(and(eq(subscriptions.serviceId, serviceId), inArray(subscriptions.id, [...ids])));
  const standings = new Map(rows.map(({ id, state }) => [id, { id, state, keysSince: {} }]));
  for (const { id, slot, since } of rows)
    if (slot && since) Object.assign(standings.get(id)?.keysSince ?? {}, { [slot]: since });
  return [...standings.values()];
}
