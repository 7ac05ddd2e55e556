import { and, eq, type SQL } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import { KEY_SLOTS, type KeySlot } from '../../domain/key-life.ts';
import { listInvitations } from '../accounts/invitations.ts';
import { isOpenTicket } from '../accounts/tickets.ts';
import type { Db } from '../connection/connect.ts';
import { countImportsNotEnded } from '../imports/imports.ts';
import { isLiveToken } from '../operators/tokens.ts';
import { has } from '../rows.ts';
import {
  approvals,
  mails,
  sessions,
  subscriptionKeys,
  subscriptions,
  tickets,
  tokens,
} from '../schema/index.ts';
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
  return {
    tickets: await count(tickets, and(eq(tickets.serviceId, of.serviceId), isOpenTicket(of.now))),
    sessions: await count(sessions, eq(sessions.serviceId, of.serviceId)),
    tokens: await count(tokens, and(eq(tokens.serviceId, of.serviceId), isLiveToken(of.now))),
    mails: await count(mails, has(mails, { serviceId: of.serviceId, state: 'queued' })),
    approvals: await count(approvals, has(approvals, { serviceId: of.serviceId, state: 'open' })),
    imports: await countImportsNotEnded(db, of.serviceId),
    invitations: await listInvitations(db, of.serviceId, { onlyOpenAt: of.now }).count(),
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
      has(subscriptionKeys, {
        serviceId: subscriptions.serviceId,
        subscriptionId: subscriptions.id,
        slot: [...KEY_SLOTS],
      }),
    )
    .where(has(subscriptions, { serviceId, id: ids }));
  const states = new Map(rows.map(({ id, state }) => [id, { id, state, keysSince: {} }]));
  for (const { id, slot, since } of rows)
    if (slot && since) Object.assign(states.get(id)?.keysSince ?? {}, { [slot]: since });
  return [...states.values()];
}
