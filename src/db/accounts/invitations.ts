import { and, asc, desc, eq, gt, isNotNull, ne, or, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { readTogether } from '../connection/read-together.ts';
import { insertUntaken } from '../connection/write-together.ts';
import { type PagedList, pagedList } from '../page.ts';
import { dueRows, has, rowsOf } from '../rows.ts';
import { invitationGroups, invitations, mails } from '../schema/index.ts';

export type Invitation = typeof invitations.$inferSelect;

export const {
  find: findInvitation,
  findAll: findInvitations,
  lock: lockInvitation,
  update: updateInvitation,
} = rowsOf(invitations);

export async function insertInvitation(
  tx: Transaction,
  row: typeof invitations.$inferInsert,
  groupIds: readonly string[],
): Promise<boolean> {
  if (!(await insertRow(tx, row))) return false;
  if (groupIds.length > 0) {
    await tx
      .insert(invitationGroups)
      .values(groupIds.map((groupId) => ({ serviceId: row.serviceId, invitationId: row.id, groupId })));
  }
  return true;
}

const insertRow = insertUntaken(invitations);

/** The invitation that is marked open for this email; it may be past its end. */
export async function lockOpenInvitationTo(
  tx: Transaction,
  serviceId: string,
  emailCanonical: string,
): Promise<Invitation | null> {
  const [row] = await lockOpenByEmail(tx, { serviceId, emailCanonical });
  return row ?? null;
}

const lockOpenByEmail = readTogether<{ serviceId: string; emailCanonical: string }, Invitation>(
  'open_invitation_by_email',
  (db, value) =>
    db
      .select()
      .from(invitations)
      .where(
        and(
          eq(invitations.serviceId, value('serviceId')),
          eq(invitations.emailCanonical, value('emailCanonical')),
          // No parameter: a plan for all values can then use the index of the open ones.
          eq(invitations.state, sql`'open'`),
        ),
      )
      .for('update'),
);

/** The latest invitation to an email, in any state. */
export async function findNewestInvitationTo(
  db: Db,
  key: { serviceId: string; emailCanonical: string },
): Promise<Invitation | null> {
  const [row] = await db
    .select()
    .from(invitations)
    .where(
      and(
        has(invitations, { serviceId: key.serviceId, emailCanonical: key.emailCanonical }),
        ne(invitations.emailCanonical, ''),
      ),
    )
    .orderBy(desc(invitations.createdAt), desc(invitations.id))
    .limit(1);
  return row ?? null;
}

/**
 * Newest first: those open at a moment, or all; `undelivered`: of them, those whose last mail bounced or failed. An erased
 * invitation has nothing to show.
 */
export function listInvitations(
  db: Db,
  serviceId: string,
  { onlyOpenAt, undelivered }: { onlyOpenAt: Date | null; undelivered?: boolean },
): PagedList<Invitation, { createdAt: Date; id: string }> {
  const isOpen = onlyOpenAt
    ? and(eq(invitations.state, 'open'), gt(invitations.expiresAt, onlyOpenAt))
    : undefined;
  return pagedList(db, invitations, {
    where: and(
      eq(invitations.serviceId, serviceId),
      isOpen,
      ne(invitations.email, ''),
      undelivered ? lastMailIsLost : undefined,
    ),
    by: [invitations.createdAt, invitations.id],
    isDescending: true,
    cursorOf: ({ createdAt, id }) => ({ createdAt, id }),
    valuesAt: ({ createdAt, id }) => [sql`${createdAt.toISOString()}::timestamptz`, sql`${id}::uuid`],
  });
}

const lastMailIsLost = sql`(
  select ${mails.state} from ${mails} where ${has(mails, {
    serviceId: invitations.serviceId,
    invitationId: invitations.id,
  })} order by ${mails.id} desc limit 1) in ('bounced', 'failed')`;

export async function listGroupIdsOfInvitation(
  db: Db,
  serviceId: string,
  invitationId: string,
): Promise<string[]> {
  const rows = await db
    .select({ groupId: invitationGroups.groupId })
    .from(invitationGroups)
    .where(has(invitationGroups, { serviceId, invitationId }));
  return rows.map((row) => row.groupId);
}

/** The people who sent or approved invitations of a batch: `T012/U034`. */
export async function listPeopleOfBatch(db: Db, serviceId: string, batchId: string): Promise<string[]> {
  const rows = await db
    .selectDistinct({ invitedBy: invitations.invitedBy, approvedBy: invitations.approvedBy })
    .from(invitations)
    .where(has(invitations, { serviceId, batchId }));
  const people = rows.flatMap(({ invitedBy, approvedBy }) => [invitedBy, approvedBy]);
  return [...new Set(people)].filter((person) => person !== '');
}

type PartOfBatch = { serviceId: string; batchId: string; person: string };
const isInPart = (of: PartOfBatch) =>
  and(
    has(invitations, { serviceId: of.serviceId, batchId: of.batchId }),
    or(eq(invitations.invitedBy, of.person), eq(invitations.approvedBy, of.person)),
  );

/** How many invitations of a batch are in each state. Each change of one of them raises the version. */
export async function countPartOfBatch(
  db: Db,
  of: PartOfBatch,
): Promise<{ counts: Partial<Record<Invitation['state'], number>>; version: number }> {
  const rows = await db
    .select({
      state: invitations.state,
      count: sql<number>`count(*)::int`,
      version: sql<number>`sum(${invitations.version})::int`,
    })
    .from(invitations)
    .where(isInPart(of))
    .groupBy(invitations.state);
  const counts = Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  return { counts, version: rows.reduce((sum, row) => sum + row.version, 0) };
}

/** The invitations of a batch that ended last. */
export async function listEndedOfBatch(db: Db, of: PartOfBatch & { limit: number }): Promise<Invitation[]> {
  return db
    .select()
    .from(invitations)
    .where(and(isInPart(of), isNotNull(invitations.endedAt)))
    .orderBy(desc(invitations.endedAt), desc(invitations.id))
    .limit(of.limit);
}

/** Erases the personal data of the invitations of an account. Returns their ids and batches. */
export async function eraseInvitationsOfAccount(
  tx: Transaction,
  serviceId: string,
  accountId: string,
): Promise<{ id: string; batchId: string }[]> {
  const version = sql`${invitations.version} + 1`;
  return tx
    .update(invitations)
    .set({ email: '', emailCanonical: '', firstName: '', lastName: '', personalLine: '', version })
    .where(has(invitations, { serviceId, accountId }))
    .returning({ id: invitations.id, batchId: invitations.batchId });
}

/** Invitations that are past their end and still marked open. */
export const listEndedInvitations = dueRows(
  invitations,
  invitations.expiresAt,
  eq(invitations.state, 'open'),
);

/** The invitations that led to an account. */
export async function listInvitationIdsOfAccount(
  db: Db,
  serviceId: string,
  accountId: string,
): Promise<string[]> {
  const rows = await db
    .select({ id: invitations.id })
    .from(invitations)
    .where(has(invitations, { serviceId, accountId }));
  return rows.map(({ id }) => id);
}

export async function listOpenInvitationsOfInviter(
  db: Db,
  of: { serviceId: string; invitedBy: string; now: Date; limit: number },
): Promise<Invitation[]> {
  return db
    .select()
    .from(invitations)
    .where(
      and(
        has(invitations, { serviceId: of.serviceId, state: 'open', invitedBy: of.invitedBy }),
        gt(invitations.expiresAt, of.now),
      ),
    )
    .orderBy(asc(invitations.id))
    .limit(of.limit);
}

/** Invitations that ended without an account, and still hold an address. */
export const listInvitationsToErase = dueRows(
  invitations,
  invitations.endedAt,
  and(has(invitations, { state: ['revoked', 'expired'] }), ne(invitations.email, '')),
);
