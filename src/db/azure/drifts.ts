import { and, eq, inArray } from 'drizzle-orm';
import type { MirroredKind } from '../../domain/azure-mirror.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { has, rowsOf } from '../rows.ts';
import { azureDrifts } from '../schema/index.ts';

export type AzureDrift = typeof azureDrifts.$inferSelect;

export const { lock: lockDrift } = rowsOf(azureDrifts);

export async function listOpenDriftsOf(
  db: Db,
  of: { serviceId: string; kind: MirroredKind; thingIds: readonly string[] },
): Promise<AzureDrift[]> {
  if (of.thingIds.length === 0) return [];
  return db
    .select()
    .from(azureDrifts)
    .where(
      and(
        has(azureDrifts, { serviceId: of.serviceId, kind: of.kind, state: 'open' }),
        inArray(azureDrifts.thingId, [...of.thingIds]),
      ),
    );
}

export async function insertDrifts(
  tx: Transaction,
  rows: (typeof azureDrifts.$inferInsert)[],
): Promise<void> {
  if (rows.length > 0) await tx.insert(azureDrifts).values(rows).onConflictDoNothing();
}

export async function updateDrift(
  tx: Transaction,
  { serviceId, id }: Pick<AzureDrift, 'serviceId' | 'id'>,
  change: Partial<AzureDrift>,
): Promise<void> {
  await tx
    .update(azureDrifts)
    .set(change)
    .where(and(eq(azureDrifts.serviceId, serviceId), eq(azureDrifts.id, id)));
}
