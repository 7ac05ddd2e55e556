import { and, eq } from 'drizzle-orm';
import type { Database, Transaction } from './connect.ts';
import { cards } from './schema.ts';

export type Card = typeof cards.$inferSelect;

export async function listCardsOfAccount(
  db: Database | Transaction,
  serviceId: string,
  accountId: string,
): Promise<Card[]> {
  return db
    .select()
    .from(cards)
    .where(and(eq(cards.serviceId, serviceId), eq(cards.accountId, accountId)));
}

export async function listCardsOfApproval(
  db: Database | Transaction,
  serviceId: string,
  approvalId: string,
): Promise<Card[]> {
  return db
    .select()
    .from(cards)
    .where(and(eq(cards.serviceId, serviceId), eq(cards.approvalId, approvalId)));
}

export async function insertCard(tx: Transaction, row: typeof cards.$inferInsert): Promise<void> {
  await tx.insert(cards).values(row).onConflictDoNothing();
}

export async function updateCard(
  tx: Transaction,
  key: { serviceId: string; id: string },
  change: { messageTs: string; channelId: string; paintedVersion: number; changedAt: Date },
): Promise<void> {
  await tx
    .update(cards)
    .set(change)
    .where(and(eq(cards.serviceId, key.serviceId), eq(cards.id, key.id)));
}
