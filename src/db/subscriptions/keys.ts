import { and, eq } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { subscriptionKeys } from '../schema/index.ts';

export type SubscriptionKey = typeof subscriptionKeys.$inferSelect;
export type KeySlot = SubscriptionKey['slot'];

/** Inserts or replaces the key of a slot. False when the service has this key already: then roll back, the old key is gone. */
export async function putKey(tx: Transaction, row: SubscriptionKey): Promise<boolean> {
  const { hash, sealed, createdAt, ...of } = row;
  await tx
    .delete(subscriptionKeys)
    .where(
      and(
        eq(subscriptionKeys.serviceId, of.serviceId),
        eq(subscriptionKeys.subscriptionId, of.subscriptionId),
        eq(subscriptionKeys.slot, of.slot),
      ),
    );
  const inserted = await tx
    .insert(subscriptionKeys)
    .values(row)
    .onConflictDoNothing()
    .returning({ slot: subscriptionKeys.slot });
  return inserted.length === 1;
}

export async function listKeys(
  db: Db,
  serviceId: string,
  subscriptionId: string,
): Promise<SubscriptionKey[]> {
  return db
    .select()
    .from(subscriptionKeys)
    .where(
      and(eq(subscriptionKeys.serviceId, serviceId), eq(subscriptionKeys.subscriptionId, subscriptionId)),
    );
}
