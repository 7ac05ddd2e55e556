import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { outages } from '../schema/index.ts';

export type Outage = typeof outages.$inferSelect;
type OutageOf = Outage['of'];

type Key = { serviceId: string; of: OutageOf };
const isThat = (key: Key) => and(eq(outages.serviceId, key.serviceId), eq(outages.of, key.of));

/** After so long without a failure, or with success in between that nobody was told about, the next begins anew. */
const QUIET_MINUTES = 60;

export async function noteFailure(tx: Transaction, row: Key & { code: string; now: Date }): Promise<void> {
  const { now, ...values } = row;
  const isAnew = sql`${outages.toldAt} is null and (${outages.endedAt} is not null
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
        since: sql`case when ${isAnew} then excluded.since else ${outages.since} end`,
      },
    });
}

/** Touches no row unless there is one: success is what happens all day. */
export async function noteSuccess(db: Db, key: Key & { now: Date }): Promise<void> {
  await db
    .update(outages)
    .set({ endedAt: key.now })
    .where(and(isThat(key), isNull(outages.endedAt)));
}

/** Held until the transaction ends, so that of several processes one tells. */
export async function lockOutages(tx: Transaction, serviceId: string): Promise<Outage[]> {
  return tx
    .select()
    .from(outages)
    .where(eq(outages.serviceId, serviceId))
    .orderBy(outages.of)
    .for('update', { skipLocked: true });
}

export async function markTold(tx: Transaction, key: Key, now: Date): Promise<void> {
  await tx.update(outages).set({ toldAt: now }).where(isThat(key));
}

export async function deleteOutage(tx: Transaction, key: Key): Promise<void> {
  await tx.delete(outages).where(isThat(key));
}
