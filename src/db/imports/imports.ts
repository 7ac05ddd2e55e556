// Looks up many emails for an import, and stores an import between its dry run and its end.
import { and, count, eq, gte, inArray, isNull, like, lt, lte, max, ne, or } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { firstIdAt } from '../ids.ts';
import { has, rowsOf } from '../rows.ts';
import { accounts, audit, imports, invitations, mails } from '../schema/index.ts';

export type Import = typeof imports.$inferSelect;
type Key = Pick<Import, 'serviceId' | 'id'>;

/** The lock lets only one person begin an import. */
export const { lock: lockImport } = rowsOf(imports);

export async function listStatesOfAddresses(db: Db, serviceId: string, addresses: string[]) {
  return db
    .select({ address: accounts.emailCanonical, state: accounts.state })
    .from(accounts)
    .where(
      and(
        eq(accounts.serviceId, serviceId),
        inArray(accounts.emailCanonical, addresses),
        ne(accounts.state, 'deleted'),
      ),
    );
}

export async function listOpenInvitationsTo(db: Db, serviceId: string, addresses: string[]) {
  return db
    .select({ address: invitations.emailCanonical, expiresAt: invitations.expiresAt })
    .from(invitations)
    .where(
      and(has(invitations, { serviceId, state: 'open' }), inArray(invitations.emailCanonical, addresses)),
    );
}

/** When the last mail that waits for its first attempt is due. Failed ones wait by the retry schedule. */
export async function findLastMailDue(db: Db, serviceId: string): Promise<Date | null> {
  const [row] = await db
    .select({ at: max(mails.nextAttemptAt) })
    .from(mails)
    .where(has(mails, { serviceId, state: 'queued', attempts: 0 }));
  return row?.at ?? null;
}

export async function insertImport(tx: Transaction, row: typeof imports.$inferInsert): Promise<void> {
  await tx.insert(imports).values(row);
}

export async function updateImport(
  tx: Transaction,
  { serviceId, id }: Key,
  change: Partial<Import>,
): Promise<void> {
  await tx.update(imports).set(change).where(has(imports, { serviceId, id }));
}

export async function countImportsNotEnded(db: Db, serviceId: string): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(imports)
    .where(has(imports, { serviceId, endedAt: null }));
  return row?.n ?? 0;
}

/** Imports that are being applied but that no process has leased. */
export async function listStalledImports(db: Db, serviceId: string, now: Date, limit: number) {
  return db
    .select({ id: imports.id })
    .from(imports)
    .where(
      and(
        has(imports, { serviceId, state: 'applying' }),
        or(isNull(imports.leasedUntil), lte(imports.leasedUntil, now)),
      ),
    )
    .limit(limit);
}

/** Deletes dry runs that were not applied in time, and imports that ended before a moment. */
export async function deleteImports(
  tx: Transaction,
  serviceId: string,
  { now, endedBefore }: { now: Date; endedBefore: Date },
): Promise<void> {
  await tx
    .delete(imports)
    .where(
      and(
        eq(imports.serviceId, serviceId),
        or(and(eq(imports.state, 'open'), lte(imports.expiresAt, now)), lt(imports.endedAt, endedBefore)),
      ),
    );
}

export async function stopImports(tx: Transaction, serviceId: string, now: Date): Promise<number> {
  const stopped = await tx
    .update(imports)
    .set({ state: 'stopped', endedAt: now, sealedRows: [], leasedUntil: null })
    .where(has(imports, { serviceId, endedAt: null }))
    .returning({ id: imports.id });
  return stopped.length;
}

/** The clocks of processes that share a database may differ by this much. */
const MAX_CLOCK_DIFFERENCE_MS = 600_000;

/** The audit rows of one import, since it began. */
export async function listAuditOfImport(
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
