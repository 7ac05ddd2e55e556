import { and, eq, isNotNull, max, type SQL } from 'drizzle-orm';
import { type PgTable, union } from 'drizzle-orm/pg-core';
import type { HeldKeySlot } from '../../domain/key-life.ts';
import { listInvitations } from '../accounts/invitations.ts';
import { isOpenTicket } from '../accounts/tickets.ts';
import { listSending } from '../announcements/announcements.ts';
import { countBatchesNotEnded } from '../batches/batches.ts';
import type { Db } from '../connection/connect.ts';
import { isLiveToken } from '../operators/tokens.ts';
import { has } from '../rows.ts';
import {
  accountIdentities,
  accounts,
  approvals,
  audit,
  mails,
  reviews,
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
  batches: number;
  reviews: number;
  announcements: number;
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
    batches: await countBatchesNotEnded(db, of.serviceId),
    reviews: await count(reviews, has(reviews, { serviceId: of.serviceId, state: 'open' })),
    announcements: (await listSending(db, of.serviceId)).length,
    invitations: await listInvitations(db, of.serviceId, { onlyOpenAt: of.now }).count(),
  };
}

/** The states of subscriptions, and the life of their keys. */
export async function findSubscriptionStates(
  db: Db,
  serviceId: string,
  ids: readonly string[],
): Promise<
  {
    id: string;
    state: Subscription['state'];
    keys: Partial<Record<HeldKeySlot, { since: Date; endsAt: Date | null }>>;
  }[]
> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({
      id: subscriptions.id,
      state: subscriptions.state,
      slot: subscriptionKeys.slot,
      since: subscriptionKeys.createdAt,
      endsAt: subscriptionKeys.endsAt,
    })
    .from(subscriptions)
    .leftJoin(
      subscriptionKeys,
      has(subscriptionKeys, {
        serviceId: subscriptions.serviceId,
        subscriptionId: subscriptions.id,
      }),
    )
    .where(has(subscriptions, { serviceId, id: ids }));
  const states = new Map(rows.map(({ id, state }) => [id, { id, state, keys: {} }]));
  for (const { id, slot, since, endsAt } of rows)
    if (slot && since) Object.assign(states.get(id)?.keys ?? {}, { [slot]: { since, endsAt } });
  return [...states.values()];
}

/** Those of the accounts that a password or a provider signs in to. */
export async function findAccountsWithWayIn(
  db: Db,
  serviceId: string,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const withPassword = db
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(has(accounts, { serviceId, id: ids }), isNotNull(accounts.passwordHash)));
  const withProvider = db
    .select({ id: accountIdentities.accountId })
    .from(accountIdentities)
    .where(has(accountIdentities, { serviceId, accountId: ids }));
  return (await union(withPassword, withProvider)).map(({ id }) => id);
}

/** When each of the accounts last had one of these operations, by the audit of this database. */
export async function findLastOperations(
  db: Db,
  of: { serviceId: string; accountIds: readonly string[]; operations: readonly string[] },
): Promise<Map<string, Date>> {
  const { serviceId, accountIds, operations } = of;
  if (accountIds.length === 0) return new Map();
  const rows = await db
    .select({ id: audit.targetId, at: max(audit.at) })
    .from(audit)
    .where(
      has(audit, {
        ...{ serviceId, targetKind: 'account', targetId: accountIds },
        ...{ operation: operations, outcome: 'done' },
      }),
    )
    .groupBy(audit.targetId);
  return new Map(rows.flatMap(({ id, at }) => (id && at ? [[id, at]] : [])));
}
