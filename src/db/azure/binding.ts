// What a service remembers of its instance: forgotten when it leaves, and made neutral when it moves to another one.
import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import { EMPTY_MEMORY } from '../../domain/azure-mirror.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { countWhere } from '../page.ts';
import { has } from '../rows.ts';
import { azureDrifts, azureInstances, azureOrders, azureThings, cards } from '../schema/index.ts';

export const countWaitingOrders = (db: Db, serviceId: string): Promise<number> =>
  countWhere(db, azureOrders, has(azureOrders, { serviceId, state: 'waiting' }));

/** The messages in Slack that still ask for a decision. */
export async function listOpenDriftCards(
  db: Db,
  serviceId: string,
): Promise<{ channelId: string; messageTs: string }[]> {
  const rows = await db
    .select({ channelId: cards.channelId, messageTs: cards.messageTs })
    .from(cards)
    .innerJoin(
      azureDrifts,
      and(eq(azureDrifts.serviceId, cards.serviceId), eq(azureDrifts.id, cards.driftId)),
    )
    .where(
      and(
        has(azureDrifts, { serviceId, state: 'open' }),
        eq(cards.serviceId, serviceId),
        isNotNull(cards.messageTs),
      ),
    );
  return rows.flatMap(({ channelId, messageTs }) => (messageTs ? { channelId, messageTs } : []));
}

/** Removes the instance with its orders, things, differences and their cards. */
export async function deleteInstance(tx: Transaction, serviceId: string): Promise<void> {
  await deleteOrdersAndDrifts(tx, serviceId);
  await tx.delete(azureInstances).where(eq(azureInstances.serviceId, serviceId));
}

/**
 * Keeps which of Azure's ids stands for which row of ours, and nothing that the former instance agreed to. A thing without
 * a row of ours is dropped.
 */
export async function forgetAgreements(tx: Transaction, serviceId: string): Promise<void> {
  await deleteOrdersAndDrifts(tx, serviceId);
  await tx.delete(azureThings).where(and(eq(azureThings.serviceId, serviceId), isNull(azureThings.ourId)));
  await tx
    .update(azureThings)
    .set({ memory: EMPTY_MEMORY, seen: {}, seenInPass: 0, writtenAt: null })
    .where(eq(azureThings.serviceId, serviceId));
}

/** Before the things, so that each of those has no differences to look for. */
async function deleteOrdersAndDrifts(tx: Transaction, serviceId: string): Promise<void> {
  await tx.delete(azureOrders).where(eq(azureOrders.serviceId, serviceId));
  await tx.delete(azureDrifts).where(eq(azureDrifts.serviceId, serviceId));
}

/** The instance that the service is bound to from now on, as if it had never been compared. */
export async function bindTo(
  tx: Transaction,
  binding: { serviceId: string; path: string; boundAt: Date },
): Promise<void> {
  const fresh = {
    ...{ path: binding.path, boundAt: binding.boundAt, mode: 'watch' as const },
    ...{ phase: null, cursor: null, counts: {} },
    ...{ passBegunAt: null, passEndedAt: null, firstPassEndedAt: null },
    ...{ leasedUntil: null, holdUntil: null, trouble: null, troubleSince: null },
  };
  await tx
    .insert(azureInstances)
    .values({ serviceId: binding.serviceId, ...fresh })
    .onConflictDoUpdate({ target: azureInstances.serviceId, set: fresh });
}
