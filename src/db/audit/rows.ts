import { and, asc, eq, gt, gte, inArray, like, lt, ne, or, type SQL, sql } from 'drizzle-orm';
import type { PgSelect } from 'drizzle-orm/pg-core';
import type { Db, Transaction } from '../connection/connect.ts';
import { insertedTogether, insertOf, writtenTogether } from '../connection/write-together.ts';
import { firstIdAt } from '../ids.ts';
import { byRowId, type PagedList, pagedList } from '../page.ts';
import { has } from '../rows.ts';
import { audit, auditDetails, auditLinks, auditUnlinked, subscriptions } from '../schema/index.ts';

export type AuditRow = {
  serviceId: string;
  id: string;
  at: Date;
  operation: string;
  outcome: 'done' | 'asked' | 'refused';
  code: string | null;
  actorKind: string;
  actorId: string;
  actorName: string;
  requestId: string;
  approvalId: string | null;
  target?: { kind: string; id: string };
  reason?: string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
};

/** Writes an audit row, queues it for the chain, and writes its erasable details in a third table. */
export async function writeAuditRow(db: Db, row: AuditRow): Promise<void> {
  const { target, reason, before, after, ...sealed } = row;
  await insertAudit(db, { ...sealed, targetKind: target?.kind ?? null, targetId: target?.id ?? null });
  if (reason || before || after) {
    await insertDetails(db, {
      serviceId: row.serviceId,
      auditId: row.id,
      reason: reason ?? '',
      before: before ?? null,
      after: after ?? null,
    });
  }
}

const insertAudit = writtenTogether<typeof audit.$inferInsert>('audit', async (db, rows) => {
  await db.execute(sql`with written as (${insertOf(audit, rows)} returning service_id, id)
    insert into ${auditUnlinked} (service_id, audit_id) select service_id, id from written`);
});
const insertDetails = insertedTogether('audit details', auditDetails);

/** Erases reasons and values; the row with operation, actor and time stays. */
export async function eraseAuditDetails(
  tx: Transaction,
  serviceId: string,
  target: { kind: string; id: string },
): Promise<void> {
  const rows = tx
    .select({ id: audit.id })
    .from(audit)
    .where(has(audit, { serviceId, targetKind: target.kind, targetId: target.id }));
  await tx
    .update(auditDetails)
    .set({ reason: '', before: null, after: null })
    .where(and(eq(auditDetails.serviceId, serviceId), inArray(auditDetails.auditId, rows)));
}

/** Erases the details of the rows about these subscriptions. */
export async function eraseAuditDetailsOfSubscriptions(
  tx: Transaction,
  serviceId: string,
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) await eraseAuditDetails(tx, serviceId, { kind: 'subscription', id });
}

/** An audit row with its details, which may be erased. */
export type FullAuditRow = typeof audit.$inferSelect & {
  reason: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
};

const FULL = {
  serviceId: audit.serviceId,
  id: audit.id,
  at: audit.at,
  operation: audit.operation,
  outcome: audit.outcome,
  code: audit.code,
  actorKind: audit.actorKind,
  actorId: audit.actorId,
  actorName: audit.actorName,
  targetKind: audit.targetKind,
  targetId: audit.targetId,
  requestId: audit.requestId,
  approvalId: audit.approvalId,
  reason: auditDetails.reason,
  before: auditDetails.before,
  after: auditDetails.after,
};

const full = (db: Db, where: SQL | undefined) =>
  db
    .select(FULL)
    .from(audit)
    .leftJoin(auditDetails, has(auditDetails, { serviceId: audit.serviceId, auditId: audit.id }))
    .where(where);

export async function findAuditRow(db: Db, serviceId: string, id: string): Promise<FullAuditRow | null> {
  const [row] = await full(db, has(audit, { serviceId, id }));
  return row ?? null;
}

/**
 * The first version of a row: 1, or, under an id used again, a higher one than any former row with the id, in any case, can
 * have had. Each change of a version has a row here.
 */
export async function firstVersion(
  db: Db,
  serviceId: string,
  { kind, id }: { kind: 'group' | 'product' | 'api' | 'subscription'; id: string },
): Promise<number> {
  const lowered = sql`lower(${id}::text)`;
  // Two indexes: most ids have no capital letter.
  const isAboutId = or(
    eq(audit.targetId, lowered),
    and(sql`${audit.targetId} <> lower(${audit.targetId})`, sql`lower(${audit.targetId}) = ${lowered}`),
  );
  const earlier = await db.$count(
    audit,
    and(has(audit, { serviceId, targetKind: kind, outcome: 'done' }), isAboutId),
  );
  return earlier + 1;
}

type Target = { kind: string; ids: readonly string[] };

type OfTargets = { serviceId: string; targets: readonly Target[] };

/** Whether a later row of the same target undid this change. */
export async function isUndone(
  db: Db,
  { serviceId, id, targetKind, targetId }: FullAuditRow,
): Promise<boolean> {
  if (!targetKind || !targetId) return false;
  const undid = and(eq(audit.outcome, 'done'), sql`${auditDetails.after} ->> 'undoes' = ${id}`);
  const of = { serviceId, targets: [{ kind: targetKind, ids: [targetId] }] };
  return (await full(db, and(isAbout(of), undid)).limit(1)).length > 0;
}

const paged = (db: Db, where: SQL | undefined) => ({
  where,
  ...byRowId(audit.id),
  select: () => full(db, undefined).$dynamic() as unknown as PgSelect,
});

/** The rows about these targets, oldest first. */
export const listAuditOfTargets = (db: Db, of: OfTargets): PagedList<FullAuditRow, string> =>
  pagedList(db, audit, paged(db, isAbout(of)));

function isAbout({ serviceId, targets }: OfTargets): SQL | undefined {
  const any = targets
    .filter((target) => target.ids.length > 0)
    .map(({ kind, ids }) =>
      and(
        has(audit, { targetKind: kind, targetId: ids }),
        kind === 'subscription' ? isSinceCreation : undefined,
      ),
    );
  return and(eq(audit.serviceId, serviceId), or(...any));
}

/** Older rows are about a former subscription, perhaps of another account, that had the id. */
const isSinceCreation = sql`${audit.at} >= (select ${subscriptions.createdAt} from ${subscriptions}
  where ${subscriptions.serviceId} = ${audit.serviceId} and ${subscriptions.id} = ${audit.targetId})`;

type AuditSearch = {
  serviceId: string;
  actorId?: string | undefined;
  onlyRefused?: boolean;
  withoutRefused?: boolean;
  onlyByPeople?: boolean;
  from?: Date | undefined;
  to?: Date | undefined;
};

/** Rows of a span of time, by one actor, or refusals only; newest first. */
export const searchAudit = (db: Db, of: AuditSearch): PagedList<FullAuditRow, string> =>
  pagedList(db, audit, { ...paged(db, isFound(of)), isDescending: true });

const isFound = (of: AuditSearch): SQL | undefined =>
  and(
    eq(audit.serviceId, of.serviceId),
    of.actorId === undefined ? undefined : eq(audit.actorId, of.actorId),
    of.onlyRefused ? eq(audit.outcome, 'refused') : undefined,
    of.withoutRefused ? ne(audit.outcome, 'refused') : undefined,
    of.onlyByPeople ? ne(audit.actorKind, 'system') : undefined,
    of.from ? gte(audit.id, firstIdAt(of.from)) : undefined,
    of.to ? lt(audit.id, firstIdAt(of.to)) : undefined,
  );

/** Rows of a span of time with their place in the chain, oldest first, after a row that was seen. */
export async function listAuditWithLinks(
  db: Db,
  of: {
    serviceId: string;
    from?: Date | undefined;
    to?: Date | undefined;
    after?: string | undefined;
    limit: number;
  },
): Promise<(FullAuditRow & { number: number | null; hash: string | null })[]> {
  return db
    .select({ ...FULL, number: auditLinks.number, hash: auditLinks.hash })
    .from(audit)
    .leftJoin(auditDetails, has(auditDetails, { serviceId: audit.serviceId, auditId: audit.id }))
    .leftJoin(auditLinks, has(auditLinks, { serviceId: audit.serviceId, auditId: audit.id }))
    .where(
      and(
        eq(audit.serviceId, of.serviceId),
        of.from ? gte(audit.id, firstIdAt(of.from)) : undefined,
        of.to ? lt(audit.id, firstIdAt(of.to)) : undefined,
        of.after ? gt(audit.id, of.after) : undefined,
      ),
    )
    .orderBy(asc(audit.id))
    .limit(of.limit);
}

/** The rows of the chain after a number, in its order. One that was taken away is left out. */
export async function listNumberedRows(
  db: Db,
  of: { serviceId: string; afterNumber: number; limit: number },
): Promise<(FullAuditRow & { number: number; hash: string })[]> {
  return db
    .select({ ...FULL, number: auditLinks.number, hash: auditLinks.hash })
    .from(auditLinks)
    .innerJoin(audit, has(audit, { serviceId: auditLinks.serviceId, id: auditLinks.auditId }))
    .leftJoin(auditDetails, has(auditDetails, { serviceId: audit.serviceId, auditId: audit.id }))
    .where(and(eq(auditLinks.serviceId, of.serviceId), gt(auditLinks.number, of.afterNumber)))
    .orderBy(asc(auditLinks.number))
    .limit(of.limit);
}

/** Of these ids, those that have an audit row. */
export async function findAuditIds(db: Db, serviceId: string, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ id: audit.id })
    .from(audit)
    .where(has(audit, { serviceId, id: ids }));
  return rows.map(({ id }) => id);
}

/** The changes of all requests whose id begins with this one and a colon: the rows of a batch. In the order in which they were made. */
export const listChangesOfRequests = (
  db: Db,
  of: { serviceId: string; requestsOf: string; since: Date },
): Promise<FullAuditRow[]> =>
  full(
    db,
    and(
      has(audit, { serviceId: of.serviceId, outcome: 'done' }),
      // Only narrows the search. The clocks of two processes differ by less.
      gte(audit.id, firstIdAt(new Date(of.since.getTime() - 600_000))),
      like(audit.requestId, `${of.requestsOf}:%`),
    ),
  ).orderBy(asc(audit.id));

/** What one actor's request changed or asked an approver for, from when it came in. */
export async function listChangesOfRequest(
  db: Db,
  of: { serviceId: string; requestId: string; by: string; from: Date },
): Promise<{ operation: string; outcome: 'done' | 'asked'; targetId: string | null }[]> {
  const rows = await db
    .select({ operation: audit.operation, outcome: audit.outcome, targetId: audit.targetId })
    .from(audit)
    .where(
      and(
        eq(audit.serviceId, of.serviceId),
        eq(audit.actorId, of.by),
        // Only narrows the search. The clocks of two processes differ by less.
        gte(audit.id, firstIdAt(new Date(of.from.getTime() - 86_400_000))),
        eq(audit.requestId, of.requestId),
      ),
    );
  return rows.flatMap(({ outcome, ...row }) => (outcome === 'refused' ? [] : { ...row, outcome }));
}
