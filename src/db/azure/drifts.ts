import type { MirroredKind } from '../../domain/azure-mirror.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { has, type Moment, rowsOf } from '../rows.ts';
import { azureDrifts } from '../schema/index.ts';

export type AzureDrift = typeof azureDrifts.$inferSelect;

export const { lock: lockDrift, update: updateDrift } = rowsOf(azureDrifts);

export async function listOpenDriftsOf(
  db: Db,
  of: { serviceId: string; kind: MirroredKind; thingIds: readonly string[] },
): Promise<AzureDrift[]> {
  if (of.thingIds.length === 0) return [];
  return db
    .select()
    .from(azureDrifts)
    .where(has(azureDrifts, { serviceId: of.serviceId, kind: of.kind, state: 'open', thingId: of.thingIds }));
}

export async function insertDrifts(
  tx: Transaction,
  rows: (typeof azureDrifts.$inferInsert)[],
): Promise<void> {
  if (rows.length > 0) await tx.insert(azureDrifts).values(rows).onConflictDoNothing();
}

/** Ends a locked drift, and empties what it told. */
export const endDrift = (
  { tx, now }: Moment,
  drift: AzureDrift,
  end: Pick<AzureDrift, 'state'> & Partial<Pick<AzureDrift, 'settledBy' | 'settledByName'>>,
): Promise<AzureDrift> => updateDrift(tx, drift, { ...end, sealed: null, endedAt: now });
