import { and, count, eq, inArray, isNotNull, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { prepared } from '../connection/prepared.ts';
import { operators } from '../schema/index.ts';

type OperatorRow = Pick<typeof operators.$inferSelect, 'slackUserId' | 'name' | 'role'>;

const selectRole = prepared<
  { serviceId: string; teamId: string; slackUserId: string },
  Pick<OperatorRow, 'role'>[]
>((db) =>
  db
    .select({ role: operators.role })
    .from(operators)
    .where(
      and(
        eq(operators.serviceId, sql.placeholder('serviceId')),
        eq(operators.teamId, sql.placeholder('teamId')),
        eq(operators.slackUserId, sql.placeholder('slackUserId')),
      ),
    )
    .prepare('operator_role'),
);

export async function findOperatorRole(
  db: Db,
  serviceId: string,
  teamId: string,
  slackUserId: string,
): Promise<'admin' | 'approver' | null> {
  const [row] = await selectRole(db, { serviceId, teamId, slackUserId });
  return row?.role ?? null;
}

const selectOperators = prepared<{ serviceId: string; teamId: string }, OperatorRow[]>((db) =>
  db
    .select({ slackUserId: operators.slackUserId, name: operators.name, role: operators.role })
    .from(operators)
    .where(
      and(
        eq(operators.serviceId, sql.placeholder('serviceId')),
        eq(operators.teamId, sql.placeholder('teamId')),
        isNotNull(operators.role),
      ),
    )
    .orderBy(operators.role, operators.name)
    .prepare('operators'),
);

export async function listOperators(db: Db, serviceId: string, teamId: string) {
  return selectOperators(db, { serviceId, teamId });
}

/** Grants a role only to a person who never had one: a withdrawn role stays withdrawn. True when it was granted. */
export async function grantOperatorOnce(
  tx: Transaction,
  row: {
    serviceId: string;
    teamId: string;
    slackUserId: string;
    name: string;
    role: 'admin' | 'approver';
    now: Date;
  },
): Promise<boolean> {
  const { now, ...grant } = row;
  const inserted = await tx
    .insert(operators)
    .values({ ...grant, grantedAt: now, changedAt: now })
    .onConflictDoNothing()
    .returning({ slackUserId: operators.slackUserId });
  return inserted.length > 0;
}

/** How many operators could decide about a request by `notOf` (`T012/U034`): all others. */
export async function countOtherOperators(db: Db, serviceId: string, notOf: string): Promise<number> {
  const [row] = await db
    .select({ others: count() })
    .from(operators)
    .where(
      and(
        eq(operators.serviceId, serviceId),
        isNotNull(operators.role),
        sql`${operators.teamId} || '/' || ${operators.slackUserId} <> ${notOf}`,
      ),
    );
  return row?.others ?? 0;
}

export type OperatorKey = { serviceId: string; teamId: string; slackUserId: string };
const isOperator = (key: OperatorKey) =>
  and(
    eq(operators.serviceId, key.serviceId),
    eq(operators.teamId, key.teamId),
    eq(operators.slackUserId, key.slackUserId),
  );

/**
 * The service's admins. Locks every operator until the transaction ends: of two admins who withdraw each other at once,
 * the second is refused.
 */
export async function lockAdmins(tx: Transaction, serviceId: string): Promise<OperatorKey[]> {
  const held = await tx
    .select()
    .from(operators)
    .where(eq(operators.serviceId, serviceId))
    .orderBy(operators.teamId, operators.slackUserId)
    .for('update');
  return held.filter((operator) => operator.role === 'admin');
}

export async function listAdmins(db: Db, serviceId: string): Promise<OperatorKey[]> {
  return db
    .select({ serviceId: operators.serviceId, teamId: operators.teamId, slackUserId: operators.slackUserId })
    .from(operators)
    .where(and(eq(operators.serviceId, serviceId), eq(operators.role, 'admin')));
}

/** Gives a role, and returns the former one. */
export async function giveRole(
  tx: Transaction,
  key: OperatorKey,
  change: { name: string; role: 'admin' | 'approver'; now: Date },
): Promise<'admin' | 'approver' | null> {
  const before = await findOperatorRole(tx, key.serviceId, key.teamId, key.slackUserId);
  const { now, ...values } = change;
  await tx
    .insert(operators)
    .values({ ...key, ...values, grantedAt: now, changedAt: now })
    .onConflictDoUpdate({
      target: [operators.serviceId, operators.teamId, operators.slackUserId],
      set: { ...values, changedAt: now },
    });
  return before;
}

/** The row stays without a role (or with the lesser one that is kept), so that the settings don't grant it again. */
export async function takeRole(
  tx: Transaction,
  key: OperatorKey,
  now: Date,
  keep: 'approver' | null = null,
): Promise<void> {
  await tx.update(operators).set({ role: keep, changedAt: now }).where(isOperator(key));
}

/** The roles of people named `T012/U034`. */
export async function findRoles(db: Db, serviceId: string, people: readonly string[]) {
  if (people.length === 0) return [];
  const person = sql<string>`${operators.teamId} || '/' || ${operators.slackUserId}`;
  return db
    .select({ id: person, role: operators.role })
    .from(operators)
    .where(and(eq(operators.serviceId, serviceId), inArray(person, [...people])));
}
