import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { has } from '../rows.ts';
import { outages } from '../schema/index.ts';

export type Outage = typeof outages.$inferSelect;
type Key = Pick<Outage, 'serviceId' | 'of'>;
const isOutage = (key: Key) => has(outages, { serviceId: key.serviceId, of: key.of });

/** A failure after this long without one is a new outage, and so is one after a recovery that was not reported. */
const QUIET_MINUTES = 60;

export async function noteFailure(tx: Transaction, row: Key & { code: string; now: Date }): Promise<void> {
  const { now, ...values } = row;
  const isNewOutage = sql`${outages.toldAt} is null and (${outages.endedAt} is not null
    or ${outages.lastFailedAt} < excluded.last_failed_at - ${QUIET_MINUTES} * interval '1 minute')`;
  await tx
    .insert(outages)
    .values({ ...values, since: now, lastFailedAt: now })
    .onConflictDoUpdate({
      target: [outages.serviceId, outages.of],
      set: {
        code: values.code,
        lastFailedAt: now,
        endedAt: null,
        since: sql`case when ${isNewOutage} then excluded.since else ${outages.since} end`,
      },
    });
}

/** Writes only when there is a row, because nearly every call succeeds. */
export async function noteSuccess(db: Db, key: Key & { now: Date }): Promise<void> {
  await db
    .update(outages)
    .set({ endedAt: key.now })
    .where(and(isOutage(key), isNull(outages.endedAt)));
}

/** Holds the rows until the transaction ends, so that one of several processes reports. */
export async function lockOutages(tx: Transaction, serviceId: string): Promise<Outage[]> {
  return tx
    .select()
    .from(outages)
    .where(eq(outages.serviceId, serviceId))
    .orderBy(outages.of)
    .for('update', { skipLocked: true });
}

export async function markTold(tx: Transaction, key: Key, now: Date): Promise<void> {
  await tx.update(outages).set({ toldAt: now }).where(isOutage(key));
}

export async function deleteOutage(tx: Transaction, key: Key): Promise<void> {
  await tx.delete(outages).where(isOutage(key));
}
