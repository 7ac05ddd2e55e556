// Looks up many emails for an import, and stores an import between its dry run and its end.
import { and, count, eq, gte, inArray, isNull, like, lt, lte, max, ne, or } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { firstIdAt } from '../ids.ts';
import { accounts, audit, imports, invitations, mails } from '../schema/index.ts';

export type Import = typeof imports.$inferSelect;
type Key = Pick<Import, 'serviceId' | 'id'>;

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
      and(
        eq(invitations.serviceId, serviceId),
        inArray(invitations.emailCanonical, addresses),
        eq(invitations.state, 'open'),
      ),
    );
}

/** When the last mail that waits for its first attempt is due. Failed ones wait by the retry schedule. */
export async function findLastMailDue(db: Db, serviceId: string): Promise<Date | null> {
  const [row] = await db
    .select({ at: max(mails.nextAttemptAt) })
    .from(mails)
    .where(and(eq(mails.serviceId, serviceId), eq(mails.state, 'queued'), eq(mails.attempts, 0)));
  return row?.at ?? null;
}

export async function insertImport(tx: Transaction, row: typeof imports.$inferInsert): Promise<void> {
  await tx.insert(imports).values(row);
}

const keyed = ({ serviceId, id }: Key) => and(eq(imports.serviceId, serviceId), eq(imports.id, id));

/** Locks the import until the transaction ends, so that only one person begins it. */
export async function lockImport(tx: Transaction, serviceId: string, id: string): Promise<Import | null> {
  const [row] = await tx.select().from(imports).where(keyed({ serviceId, id })).for('update');
  return row ?? null;
}

export async function updateImport(tx: Transaction, key: Key, change: Partial<Import>): Promise<void> {
  await tx.update(imports).set(change).where(keyed(key));
}

export async function countImportsNotEnded(db: Db, serviceId: string): Promise<number> {
  const [row] = await db
    .select({ n: count() })
    .from(imports)
    .where(and(eq(imports.serviceId, serviceId), isNull(imports.endedAt)));
  return row?.n ?? 0;
}

/** Imports that are being applied but that no process has leased. */
export async function listStalledImports(db: Db, serviceId: string, now: Date, limit: number) {
  return db
    .select({ id: imports.id })
    .from(imports)
    .where(
      and(
        eq(imports.serviceId, serviceId),
        eq(imports.state, 'applying'),
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
    .where(and(eq(imports.serviceId, serviceId), isNull(imports.endedAt)))
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
