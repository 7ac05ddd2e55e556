import { and, eq, inArray } from 'drizzle-orm';
import type { Database, Transaction } from './connect.ts';
import { audit, auditDetails } from './schema.ts';

export type AuditRow = {
  serviceId: string;
  id: string;
  at: Date;
  operation: string;
  outcome: 'done' | 'refused';
  code: string | null;
  actorKind: string;
  actorId: string;
  actorName: string;
  requestId: string;
  target?: { kind: string; id: string };
  reason?: string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
};

/** Writes an audit row, and beside it what erasure may later take away. */
export async function writeAuditRow(db: Database | Transaction, row: AuditRow): Promise<void> {
  const { target, reason, before, after, ...sealed } = row;
  await db
    .insert(audit)
    .values({ ...sealed, targetKind: target?.kind ?? null, targetId: target?.id ?? null });
  if (reason || before || after) {
    await db.insert(auditDetails).values({
      serviceId: row.serviceId,
      auditId: row.id,
      reason: reason ?? '',
      before: before ?? null,
      after: after ?? null,
    });
  }
}

/** Erasure: reasons and values go; that something was done, by whom and when, stays. */
export async function eraseAuditDetails(
  tx: Transaction,
  serviceId: string,
  target: { kind: string; id: string },
): Promise<void> {
  const rows = tx
    .select({ id: audit.id })
    .from(audit)
    .where(
      and(eq(audit.serviceId, serviceId), eq(audit.targetKind, target.kind), eq(audit.targetId, target.id)),
    );
  await tx
    .update(auditDetails)
    .set({ reason: '', before: null, after: null })
    .where(and(eq(auditDetails.serviceId, serviceId), inArray(auditDetails.auditId, rows)));
}
