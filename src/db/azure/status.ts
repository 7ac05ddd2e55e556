// How far the mirror is, as people are told: counts, and the orders that stand for changes.
import { eq, sql } from 'drizzle-orm';
import type { Db } from '../connection/connect.ts';
import { type PagedList, pagedList } from '../page.ts';
import { has } from '../rows.ts';
import { azureOrders, azureThings } from '../schema/index.ts';

type AzureOrder = typeof azureOrders.$inferSelect;

type Kind = AzureOrder['kind'];

/** How many things of each kind both sides or one of them have. */
export async function countThings(db: Db, serviceId: string): Promise<Partial<Record<Kind, number>>> {
  const rows = await db
    .select({ kind: azureThings.kind, count: sql<number>`count(*)::int` })
    .from(azureThings)
    .where(eq(azureThings.serviceId, serviceId))
    .groupBy(azureThings.kind);
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]));
}

export type OrderCounts = { waiting: number; refused: number; kept: number; oldestWaitingAt: Date | null };

export async function countOpenOrders(db: Db, serviceId: string): Promise<OrderCounts> {
  const rows = await db
    .select({
      state: azureOrders.state,
      count: sql<number>`count(*)::int`,
      oldestAt: sql`min(${azureOrders.createdAt})`.mapWith(azureOrders.createdAt),
    })
    .from(azureOrders)
    .where(has(azureOrders, { serviceId, state: ['waiting', 'refused', 'kept'] }))
    .groupBy(azureOrders.state);
  const of = (state: AzureOrder['state']) => rows.find((row) => row.state === state);
  return {
    waiting: of('waiting')?.count ?? 0,
    refused: of('refused')?.count ?? 0,
    kept: of('kept')?.count ?? 0,
    oldestWaitingAt: of('waiting')?.oldestAt ?? null,
  };
}

/** The orders in some states, newest first. */
export const listOrders = (
  db: Db,
  { serviceId, states }: { serviceId: string; states: readonly AzureOrder['state'][] },
): PagedList<AzureOrder, number> =>
  pagedList(db, azureOrders, {
    where: has(azureOrders, { serviceId, state: states }),
    by: [azureOrders.number],
    isDescending: true,
    cursorOf: ({ number }) => number,
    valuesAt: (number) => [sql`${number}::bigint`],
  });
