import type { Db, Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { subscriptionKeys } from '../schema/index.ts';

export type SubscriptionKey = typeof subscriptionKeys.$inferSelect;
export type KeySlot = SubscriptionKey['slot'];

/** Inserts or replaces the key of a slot. False when the service has this key already: then roll back, the old key is gone. */
export async function putKey(tx: Transaction, row: SubscriptionKey): Promise<boolean> {
  const { serviceId, subscriptionId, slot } = row;
  await tx.delete(subscriptionKeys).where(has(subscriptionKeys, { serviceId, subscriptionId, slot }));
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
  return db.select().from(subscriptionKeys).where(has(subscriptionKeys, { serviceId, subscriptionId }));
}
