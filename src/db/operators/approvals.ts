import { and, asc, eq, gt, inArray, isNotNull, isNull, lte, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { byRowId, type PagedList, pagedList } from '../page.ts';
import { dueRows, has, type Moment, rowsOf } from '../rows.ts';
import { approvals, audit } from '../schema/index.ts';

export type Approval = typeof approvals.$inferSelect;

const rows = rowsOf(approvals);
/** The lock lets one of several decisions count. */
export const { find: findApproval, findAll: findApprovals, lock: lockApproval } = rows;

/** Inserts unless one for the same thing is open; false then. The unique index decides. */
export async function insertApproval(tx: Transaction, row: typeof approvals.$inferInsert): Promise<boolean> {
  const inserted = await tx
    .insert(approvals)
    .values(row)
    .onConflictDoNothing()
    .returning({ id: approvals.id });
  return inserted.length > 0;
}

export async function lockOpenApprovalOf(
  tx: Transaction,
  { serviceId, operation, subject }: { serviceId: string; operation: string; subject: string },
): Promise<Approval | null> {
  const [row] = await tx
    .select()
    .from(approvals)
    .where(has(approvals, { serviceId, operation, subject, state: 'open' }))
    .for('update');
  return row ?? null;
}

/** Ends a locked approval. */
export const endApproval = (
  { tx, now }: Moment,
  approval: Approval,
  end: Pick<Approval, 'state'> &
    Partial<Pick<Approval, 'code' | 'decidedBy' | 'decidedByName' | 'decisionReason'>>,
): Promise<Approval> => rows.update(tx, approval, { ...end, subject: '', endedAt: now });

/** Counts a reminder of a locked approval. */
export const countReminder = (tx: Transaction, approval: Approval) =>
  rows.update(tx, approval, { reminders: approval.reminders + 1 });

/** Open approvals before their end, oldest first, without those that `notOf` requested. */
export const listOpenApprovals = (
  db: Db,
  { serviceId, now, notOf }: { serviceId: string; now: Date; notOf: string },
): PagedList<Approval, string> =>
  pagedList(db, approvals, {
    where: and(
      has(approvals, { serviceId, state: 'open' }),
      gt(approvals.expiresAt, now),
      ne(approvals.requestedBy, notOf),
    ),
    ...byRowId(approvals.id),
  });

/** The approvals that this actor requested, newest first. */
export const listApprovalsOfRequester = (
  db: Db,
  { serviceId, requestedBy }: { serviceId: string; requestedBy: string },
): PagedList<Approval, string> =>
  pagedList(db, approvals, {
    where: has(approvals, { serviceId, requestedBy }),
    ...byRowId(approvals.id),
    isDescending: true,
  });

type ApprovalsWanted =
  | { all: true }
  | { requestedBy: string }
  | { teamId: string }
  | { pastEndAt: Date }
  | { reminders: number; createdBefore: Date }
  | { reminders: number; endsBefore: Date };

/**
 * Locks open approvals: all, those of one requester or workspace, those past their end, or those due for a reminder. Skips
 * those that another transaction has locked.
 */
export async function lockOpenApprovals(
  tx: Transaction,
  of: { serviceId: string; limit: number } & ApprovalsWanted,
): Promise<Approval[]> {
  return tx
    .select()
    .from(approvals)
    .where(and(has(approvals, { serviceId: of.serviceId, state: 'open' }), isWanted(of)))
    .orderBy(asc(approvals.id))
    .limit(of.limit)
    .for('update', { skipLocked: true });
}

function isWanted(of: ApprovalsWanted): SQL | undefined {
  if ('all' in of) return undefined;
  if ('requestedBy' in of) return eq(approvals.requestedBy, of.requestedBy);
  if ('teamId' in of) return sql`split_part(${approvals.requestedBy}, '/', 1) = ${of.teamId}`;
  if ('pastEndAt' in of) return lte(approvals.expiresAt, of.pastEndAt);
  return and(
    eq(approvals.reminders, of.reminders),
    'createdBefore' in of
      ? lte(approvals.createdAt, of.createdBefore)
      : lte(approvals.expiresAt, of.endsBefore),
  );
}

/** Erases inputs and, unless `keepsReasons`, reasons of ended approvals. Returns their ids. */
export async function eraseApprovals(
  tx: Transaction,
  of: { serviceId: string; ids: readonly string[]; keepsReasons?: boolean },
): Promise<string[]> {
  if (of.ids.length === 0) return [];
  const rows = await tx
    .update(approvals)
    .set({ sealedInput: null, ...(of.keepsReasons ? {} : { why: '', decisionReason: '' }) })
    .where(and(has(approvals, { serviceId: of.serviceId, id: of.ids }), ne(approvals.state, 'open')))
    .returning({ id: approvals.id });
  return rows.map(({ id }) => id);
}

/** Ended approvals about an email instead of an account, whose input is not erased yet. */
export const listApprovalsToErase = dueRows(
  approvals,
  approvals.endedAt,
  and(isNull(approvals.accountId), isNotNull(approvals.sealedInput)),
);

/** The approvals about an account, and about the invitations that led to it. */
export async function listApprovalIdsOf(
  db: Db,
  of: { serviceId: string; accountId: string; invitationIds: readonly string[] },
): Promise<string[]> {
  const ofInvitations = db
    .select({ id: audit.approvalId })
    .from(audit)
    .where(
      and(
        has(audit, {
          serviceId: of.serviceId,
          targetKind: 'invitation',
          targetId: [...of.invitationIds, ''],
        }),
        isNotNull(audit.approvalId),
      ),
    );
  const rows = await db
    .select({ id: approvals.id })
    .from(approvals)
    .where(
      and(
        eq(approvals.serviceId, of.serviceId),
        or(eq(approvals.accountId, of.accountId), inArray(approvals.id, ofInvitations)),
      ),
    );
  return rows.map(({ id }) => id);
}
