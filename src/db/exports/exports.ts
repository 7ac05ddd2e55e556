// The files that people asked for in Slack.
import { and, asc, eq, lte } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { has, rowsOf } from '../rows.ts';
import { exportedFiles } from '../schema/index.ts';

export type ExportedFile = typeof exportedFiles.$inferSelect;
type Key = Pick<ExportedFile, 'serviceId' | 'id'>;

export const { lock: lockExport, remove: removeExport } = rowsOf(exportedFiles);

export async function insertExport(tx: Transaction, row: typeof exportedFiles.$inferInsert): Promise<void> {
  await tx.insert(exportedFiles).values(row);
}

export async function updateExport(
  tx: Transaction,
  { serviceId, id }: Key,
  change: Partial<Pick<ExportedFile, 'fileId' | 'sentAt' | 'endsAt'>>,
): Promise<void> {
  await tx.update(exportedFiles).set(change).where(has(exportedFiles, { serviceId, id }));
}

/** Those whose time is over, the longest first. */
export async function listEndedExports(db: Db, serviceId: string, now: Date, limit: number) {
  return db
    .select({ id: exportedFiles.id, fileId: exportedFiles.fileId })
    .from(exportedFiles)
    .where(and(eq(exportedFiles.serviceId, serviceId), lte(exportedFiles.endsAt, now)))
    .orderBy(asc(exportedFiles.endsAt))
    .limit(limit);
}
