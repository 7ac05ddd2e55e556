import { eq, sql } from 'drizzle-orm';
import type { MirroredKind } from '../../domain/azure-mirror.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { azureInstances } from '../schema/index.ts';

export type AzureInstanceRow = typeof azureInstances.$inferSelect;
export type MirrorMode = AzureInstanceRow['mode'];

/** The instance that the service is bound to; null for none. */
export async function findInstance(db: Db, serviceId: string): Promise<AzureInstanceRow | null> {
  const [row] = await db.select().from(azureInstances).where(eq(azureInstances.serviceId, serviceId));
  return row ?? null;
}

/** False when the service is bound already. */
export async function insertInstance(
  tx: Transaction,
  row: typeof azureInstances.$inferInsert,
): Promise<boolean> {
  const inserted = await tx
    .insert(azureInstances)
    .values(row)
    .onConflictDoNothing()
    .returning({ serviceId: azureInstances.serviceId });
  return inserted.length > 0;
}

export async function lockInstance(tx: Transaction, serviceId: string): Promise<AzureInstanceRow | null> {
  const [row] = await tx
    .select()
    .from(azureInstances)
    .where(eq(azureInstances.serviceId, serviceId))
    .for('update');
  return row ?? null;
}

export async function updateInstance(
  tx: Transaction,
  serviceId: string,
  change: Partial<Omit<AzureInstanceRow, 'serviceId'>>,
): Promise<void> {
  await tx.update(azureInstances).set(change).where(eq(azureInstances.serviceId, serviceId));
}

/** Writes or supersedes the order for one thing, as the triggers do. Does nothing in `watch`. */
export async function orderForAzure(
  tx: Transaction,
  { serviceId, kind, ourId }: { serviceId: string; kind: MirroredKind; ourId: string },
): Promise<void> {
  const owner = sql`(select account_id from subscriptions where service_id = ${serviceId} and id = ${ourId})`;
  const accountId = kind === 'account' ? sql`${ourId}::text` : kind === 'subscription' ? owner : sql`null`;
  await tx.execute(sql`select order_for_azure(${serviceId}, ${kind}, ${ourId}, ${accountId}, false)`);
}
