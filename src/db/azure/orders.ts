// The orders for Azure: which thing is to be brought to our state next, and what became of it. Their times are the
// database's own, as a trigger writes them.
import { and, desc, eq, lt, ne, type SQL, sql } from 'drizzle-orm';
import type { MirroredKind } from '../../domain/azure-mirror.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { azureOrders } from '../schema/index.ts';

export type AzureOrder = typeof azureOrders.$inferSelect;

const inMs = (ms: number): SQL => sql`now() + ${ms} * interval '1 millisecond'`;

/**
 * Leases the next order of a half: an urgent one, else the oldest. The orders of a lane keep their order, except that none
 * waits for one that waits for something else to be in Azure. Null when none is due.
 */
export async function leaseNextOrder(
  tx: Transaction,
  { serviceId, half, leaseMs }: { serviceId: string; half: number; leaseMs: number },
): Promise<AzureOrder | null> {
  const [row] = await tx
    .update(azureOrders)
    .set({ leasedUntil: inMs(leaseMs), attempts: sql`${azureOrders.attempts} + 1` })
    .where(
      and(
        eq(azureOrders.serviceId, serviceId),
        sql`${azureOrders.number} = (
          select o.number from azure_orders o
          where o.service_id = ${serviceId} and o.half = ${half} and o.state = 'waiting'
            and o.not_before <= now() and (o.leased_until is null or o.leased_until <= now())
            and not exists (
              select from azure_orders b
              where b.service_id = o.service_id and b.lane = o.lane and b.state = 'waiting' and b.number <> o.number
                and (b.leased_until > now()
                  or (b.code is distinct from 'missing' and b.is_urgent >= o.is_urgent
                    and (b.is_urgent > o.is_urgent or b.number < o.number))))
          order by o.is_urgent desc nulls last, o.number
          limit 1 for update skip locked)`,
      ),
    )
    .returning();
  return row ?? null;
}

/** When the next order of a half is due, in the future or the past; null when none waits. */
export async function findNextDue(db: Db, of: { serviceId: string; half: number }): Promise<Date | null> {
  const [row] = await db
    .select({
      at: sql<string | null>`coalesce(
        min(greatest(not_before, leased_until)) filter (where greatest(not_before, leased_until) > now()), min(not_before))`,
    })
    .from(azureOrders)
    .where(has(azureOrders, { ...of, state: 'waiting' }));
  return row?.at ? new Date(row.at) : null;
}

export async function lockOrder(
  tx: Transaction,
  serviceId: string,
  number: number,
): Promise<AzureOrder | null> {
  const [row] = await tx
    .select()
    .from(azureOrders)
    .where(has(azureOrders, { serviceId, number }))
    .for('update');
  return row ?? null;
}

type OrderKey = Pick<AzureOrder, 'serviceId' | 'number'>;

/** Lets an order wait from now on, or for so long. Its lease ends. */
export async function postponeOrder(
  tx: Transaction,
  { serviceId, number }: OrderKey,
  { waitMs, ...why }: { waitMs: number } & Partial<Pick<AzureOrder, 'attempts' | 'code' | 'words'>>,
): Promise<void> {
  await tx
    .update(azureOrders)
    .set({ state: 'waiting', settledAt: null, leasedUntil: null, notBefore: inMs(waitMs), ...why })
    .where(has(azureOrders, { serviceId, number }));
}

/** Earlier orders of the thing that ended for the same reason are over with it; when it is done, all that were not. */
export async function endOrder(
  tx: Transaction,
  { serviceId, number, lane, kind, ourId }: OrderKey & Pick<AzureOrder, 'lane' | 'kind' | 'ourId'>,
  end: { state: Exclude<AzureOrder['state'], 'waiting'>; code: string | null; words: string | null },
): Promise<void> {
  await tx
    .update(azureOrders)
    .set({ ...end, leasedUntil: null, settledAt: sql`now()` })
    .where(has(azureOrders, { serviceId, number }));
  const code = end.state === 'done' ? {} : { code: end.code };
  const earlier = has(azureOrders, { serviceId, lane, kind, ourId, state: ['refused', 'kept'], ...code });
  await tx.delete(azureOrders).where(and(earlier, ne(azureOrders.number, number)));
}

/** The order of a thing that waits; null for none. */
export async function findWaitingOrder(
  db: Db,
  of: { serviceId: string; kind: MirroredKind; ourId: string },
): Promise<AzureOrder | null> {
  const [row] = await db
    .select()
    .from(azureOrders)
    .where(has(azureOrders, { ...of, state: 'waiting' }));
  return row ?? null;
}

/** The latest order of a thing; null for none. */
export async function findLastOrder(
  db: Db,
  of: { serviceId: string; kind: MirroredKind; ourId: string },
): Promise<AzureOrder | null> {
  const [row] = await db
    .select()
    .from(azureOrders)
    .where(has(azureOrders, of))
    .orderBy(desc(azureOrders.number))
    .limit(1);
  return row ?? null;
}

/** What waited for something to be in Azure is tried again now: something was created there. Whether anything waited. */
export async function wakeOrdersThatMiss(tx: Transaction, serviceId: string): Promise<boolean> {
  const woken = await tx
    .update(azureOrders)
    .set({ notBefore: sql`now()` })
    .where(and(has(azureOrders, { serviceId, state: 'waiting', code: 'missing' }), sql`not_before > now()`))
    .returning({ number: azureOrders.number });
  return woken.length > 0;
}

/** Ends the orders that wait and that no process is sending. Returns how many. */
export async function keepWaitingOrders(tx: Transaction, serviceId: string, code: string): Promise<number> {
  const kept = await tx
    .update(azureOrders)
    .set({ state: 'kept', code, words: null, leasedUntil: null, settledAt: sql`now()` })
    .where(
      and(
        has(azureOrders, { serviceId, state: 'waiting' }),
        sql`(leased_until is null or leased_until <= now())`,
      ),
    )
    .returning({ number: azureOrders.number });
  return kept.length;
}

/** Halves that have orders which are due. */
export async function listDueHalves(db: Db, serviceId: string): Promise<number[]> {
  const rows = await db
    .selectDistinct({ half: azureOrders.half })
    .from(azureOrders)
    .where(
      and(
        has(azureOrders, { serviceId, state: 'waiting' }),
        sql`not_before <= now() and (leased_until is null or leased_until <= now())`,
      ),
    );
  return rows.map(({ half }) => half);
}

/** Deletes the orders of an account and its subscriptions that have ended: Azure's words may be personal. */
export async function deleteOrdersOfAccount(
  tx: Transaction,
  serviceId: string,
  accountId: string,
): Promise<void> {
  await tx
    .delete(azureOrders)
    .where(
      and(has(azureOrders, { serviceId, lane: `account:${accountId}` }), ne(azureOrders.state, 'waiting')),
    );
}

/** Deletes orders that ended so long ago. */
export async function deleteOldOrders(tx: Transaction, serviceId: string, days: number): Promise<void> {
  await tx
    .delete(azureOrders)
    .where(
      and(
        eq(azureOrders.serviceId, serviceId),
        ne(azureOrders.state, 'waiting'),
        lt(azureOrders.settledAt, sql`now() - ${days} * interval '1 day'`),
      ),
    );
}
