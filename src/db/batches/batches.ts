// Stores a batch between its preview and its end, and reads how its rows ended.
import { and, count, eq, exists, gte, inArray, isNull, like, lt, lte, max, not, or, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { firstIdAt } from '../ids.ts';
import { has, rowsOf } from '../rows.ts';
import { approvals, audit, batches, mails } from '../schema/index.ts';

export type Batch = typeof batches.$inferSelect;
type Key = Pick<Batch, 'serviceId' | 'id'>;

/** The lock lets only one person begin a batch. */
export const { find: findBatch, findAll: findBatches, lock: lockBatch } = rowsOf(batches);

/** When the last mail that waits for its first attempt is due. Failed ones wait by the retry schedule. */
export async function findLastMailDue(db: Db, serviceId: string): Promise<Date | null> {
  const [row] = await db
    .select({ at: max(mails.nextAttemptAt) })
    .from(mails)
    .where(has(mails, { serviceId, state: 'queued', attempts: 0 }));
  return row?.at ?? null;
}

export async function insertBatch(tx: Transaction, row: typeof batches.$inferInsert): Promise<void> {
  await tx.insert(batches).values(row);
}

export async function updateBatch(
  tx: Transaction,
  { serviceId, id }: Key,
  change: Partial<Batch>,
): Promise<void> {
  await tx.update(batches).set(change).where(has(batches, { serviceId, id }));
}

/** The batch that takes another one back. */
export async function findBatchThatUndoes(db: Db, serviceId: string, undoes: string): Promise<Batch | null> {
  const [row] = await db.select().from(batches).where(has(batches, { serviceId, undoes }));
  return row ?? null;
}

export async function deleteDraftsOf(tx: Transaction, serviceId: string, plannedBy: string): Promise<void> {
  await tx.delete(batches).where(has(batches, { serviceId, plannedBy, state: 'draft' }));
}

export async function countBatchesNotEnded(db: Db, serviceId: string): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(batches)
    .where(has(batches, { serviceId, endedAt: null }));
  return row?.n ?? 0;
}

/** Batches that are being applied but that no process has leased. */
export async function listStalledBatches(db: Db, serviceId: string, now: Date, limit: number) {
  return db
    .select({ id: batches.id })
    .from(batches)
    .where(
      and(
        has(batches, { serviceId, state: 'applying' }),
        or(isNull(batches.leasedUntil), lte(batches.leasedUntil, now)),
      ),
    )
    .limit(limit);
}

/** A second operator decides about the preview as it is. */
const waitsForApproval = exists(
  sql`(select from ${approvals} where ${approvals.serviceId} = ${batches.serviceId} and ${approvals.state} = 'open'
    and ${approvals.subject} = ${batches.id}::text and ${approvals.operation} = 'batches/begin')`,
);

/** Deletes batches that were not applied in time, and those that ended before a moment. */
export async function deleteBatches(
  tx: Transaction,
  serviceId: string,
  { now, endedBefore }: { now: Date; endedBefore: Date },
): Promise<void> {
  await tx
    .delete(batches)
    .where(
      and(
        eq(batches.serviceId, serviceId),
        or(
          and(inArray(batches.state, ['draft', 'open']), lte(batches.expiresAt, now), not(waitsForApproval)),
          lt(batches.endedAt, endedBefore),
        ),
      ),
    );
}

export async function stopBatches(tx: Transaction, serviceId: string, now: Date): Promise<number> {
  const stopped = await tx
    .update(batches)
    .set({ state: 'stopped', endedAt: now, sealedRows: [], leasedUntil: null })
    .where(has(batches, { serviceId, endedAt: null }))
    .returning({ id: batches.id });
  return stopped.length;
}

/** The clocks of processes that share a database may differ by this much. */
const MAX_CLOCK_DIFFERENCE_MS = 600_000;

/** The audit rows of one batch, since it began. */
export async function listAuditOfBatch(
  db: Db,
  of: { serviceId: string; requestsOf: string; since: Date },
): Promise<Pick<typeof audit.$inferSelect, 'requestId' | 'outcome' | 'operation' | 'code'>[]> {
  return db
    .select({
      requestId: audit.requestId,
      outcome: audit.outcome,
      operation: audit.operation,
      code: audit.code,
    })
    .from(audit)
    .where(
      and(
        eq(audit.serviceId, of.serviceId),
        gte(audit.id, firstIdAt(new Date(of.since.getTime() - MAX_CLOCK_DIFFERENCE_MS))),
        like(audit.requestId, `${of.requestsOf}:%`),
      ),
    );
}
