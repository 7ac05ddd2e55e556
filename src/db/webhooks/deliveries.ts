// Events on their way to webhooks.
import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lt, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { insertOf } from '../connection/write-together.ts';
import { byRowId, type PagedList, pagedList } from '../page.ts';
import { has, rowsOf } from '../rows.ts';
import { webhookDeliveries } from '../schema/index.ts';

export type Delivery = typeof webhookDeliveries.$inferSelect;

export const { find: findDelivery, lock: lockDelivery } = rowsOf(webhookDeliveries);

/** Inserts those whose event isn't on its way to that webhook yet. */
export async function insertDeliveries(
  tx: Transaction,
  rows: (typeof webhookDeliveries.$inferInsert)[],
): Promise<void> {
  if (rows.length > 0) await tx.execute(sql`${insertOf(webhookDeliveries, rows)} on conflict do nothing`);
}

export async function updateDelivery(
  tx: Transaction,
  { serviceId, id }: Pick<Delivery, 'serviceId' | 'id'>,
  change: Partial<typeof webhookDeliveries.$inferInsert>,
): Promise<void> {
  await tx.update(webhookDeliveries).set(change).where(has(webhookDeliveries, { serviceId, id }));
}

/** How many events wait for each webhook, and how many of them are being sent. */
export async function countWaiting(
  db: Db,
  { serviceId, now }: { serviceId: string; now: Date },
): Promise<Map<string, { waiting: number; leased: number }>> {
  const leased = sql`${webhookDeliveries.leasedUntil} > ${now.toISOString()}::timestamptz`;
  const rows = await db
    .select({
      webhookId: webhookDeliveries.webhookId,
      waiting: sql<string>`count(*)`,
      leased: sql<string>`count(*) filter (where ${leased})`,
    })
    .from(webhookDeliveries)
    .where(has(webhookDeliveries, { serviceId, state: 'waiting' }))
    .groupBy(webhookDeliveries.webhookId);
  return new Map(
    rows.map((row) => [row.webhookId, { waiting: Number(row.waiting), leased: Number(row.leased) }]),
  );
}

/** The due events of a webhook, which the caller has locked: the longest due first. */
export async function listDueDeliveries(
  tx: Transaction,
  of: { serviceId: string; webhookId: string; now: Date; limit: number },
): Promise<Delivery[]> {
  const { serviceId, webhookId, now, limit } = of;
  return tx
    .select()
    .from(webhookDeliveries)
    .where(and(has(webhookDeliveries, { serviceId, webhookId, state: 'waiting' }), isDue(now)))
    .orderBy(asc(webhookDeliveries.nextAttemptAt), asc(webhookDeliveries.number))
    .limit(limit)
    .for('update', { skipLocked: true });
}

const isDue = (now: Date): SQL | undefined =>
  and(
    lte(webhookDeliveries.nextAttemptAt, now),
    or(isNull(webhookDeliveries.leasedUntil), lte(webhookDeliveries.leasedUntil, now)),
  );

/** When the next of these webhooks' events is due that isn't being sent; null when none waits. */
export async function findNextAttempt(
  db: Db,
  { serviceId, webhookIds, now }: { serviceId: string; webhookIds: readonly string[]; now: Date },
): Promise<Date | null> {
  if (webhookIds.length === 0) return null;
  const [row] = await db
    .select({ at: webhookDeliveries.nextAttemptAt })
    .from(webhookDeliveries)
    .where(
      and(
        has(webhookDeliveries, { serviceId, webhookId: webhookIds, state: 'waiting' }),
        gt(webhookDeliveries.nextAttemptAt, now),
      ),
    )
    .orderBy(asc(webhookDeliveries.nextAttemptAt))
    .limit(1);
  return row?.at ?? null;
}

/** Newest first. */
export const listDeliveries = (
  db: Db,
  of: { serviceId: string; webhookId: string; state?: Delivery['state'] | undefined },
): PagedList<Delivery, string> =>
  pagedList(db, webhookDeliveries, {
    where: and(
      has(webhookDeliveries, { serviceId: of.serviceId, webhookId: of.webhookId }),
      of.state === undefined ? undefined : eq(webhookDeliveries.state, of.state),
    ),
    ...byRowId(webhookDeliveries.id),
    isDescending: true,
  });

/** The last event of each webhook that ended, and how it did. */
export async function findLastSettled(
  db: Db,
  serviceId: string,
  webhookIds: readonly string[],
): Promise<Map<string, Pick<Delivery, 'state' | 'settledAt' | 'lastCode'>>> {
  if (webhookIds.length === 0) return new Map();
  const rows = await db
    .selectDistinctOn([webhookDeliveries.webhookId], {
      webhookId: webhookDeliveries.webhookId,
      state: webhookDeliveries.state,
      settledAt: webhookDeliveries.settledAt,
      lastCode: webhookDeliveries.lastCode,
    })
    .from(webhookDeliveries)
    .where(
      and(
        has(webhookDeliveries, { serviceId, webhookId: webhookIds }),
        isNotNull(webhookDeliveries.settledAt),
      ),
    )
    .orderBy(webhookDeliveries.webhookId, desc(webhookDeliveries.settledAt));
  return new Map(rows.map(({ webhookId, ...row }) => [webhookId, row]));
}

/** Gives up what has waited since before a moment. Returns the webhooks whose receiver was tried in vain. */
export async function failOldDeliveries(
  tx: Transaction,
  of: { serviceId: string; queuedBefore: Date; now: Date; limit: number },
): Promise<string[]> {
  const old = tx
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(
      and(
        has(webhookDeliveries, { serviceId: of.serviceId, state: 'waiting' }),
        lt(webhookDeliveries.queuedAt, of.queuedBefore),
        or(isNull(webhookDeliveries.leasedUntil), lte(webhookDeliveries.leasedUntil, of.now)),
      ),
    )
    .limit(of.limit);
  const failed = await tx
    .update(webhookDeliveries)
    .set({ state: 'failed', settledAt: of.now, leasedUntil: null })
    .where(and(eq(webhookDeliveries.serviceId, of.serviceId), inArray(webhookDeliveries.id, old)))
    .returning({ webhookId: webhookDeliveries.webhookId, attempts: webhookDeliveries.attempts });
  return [...new Set(failed.filter(({ attempts }) => attempts > 0).map(({ webhookId }) => webhookId))];
}

export async function deleteOldDeliveries(
  tx: Transaction,
  of: { serviceId: string; settledBefore: Date; limit: number },
): Promise<void> {
  const old = tx
    .select({ id: webhookDeliveries.id })
    .from(webhookDeliveries)
    .where(
      and(eq(webhookDeliveries.serviceId, of.serviceId), lt(webhookDeliveries.settledAt, of.settledBefore)),
    )
    .limit(of.limit);
  await tx
    .delete(webhookDeliveries)
    .where(and(eq(webhookDeliveries.serviceId, of.serviceId), inArray(webhookDeliveries.id, old)));
}
