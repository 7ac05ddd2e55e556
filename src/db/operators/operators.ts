import { and, asc, count, eq, inArray, isNotNull, isNull, notBetween, or, type SQL, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { readTogether } from '../connection/read-together.ts';
import { has } from '../rows.ts';
import { operators } from '../schema/index.ts';
import { revokeTokensOf } from './tokens.ts';

type OperatorRow = Pick<typeof operators.$inferSelect, 'slackUserId' | 'name' | 'role'>;

/** A person without a row has no role and no doubt. */
type Standing = Pick<typeof operators.$inferSelect, 'role' | 'inDoubtSince'>;

const selectStanding = readTogether<OperatorKey, Standing>('operator_standing', (db, value) =>
  db
    .select({ role: operators.role, inDoubtSince: operators.inDoubtSince })
    .from(operators)
    .where(
      isOperator({
        serviceId: value('serviceId'),
        teamId: value('teamId'),
        slackUserId: value('slackUserId'),
      }),
    )
    .limit(1),
);

export async function findStanding(
  db: Db,
  serviceId: string,
  teamId: string,
  slackUserId: string,
): Promise<Standing> {
  const [row] = await selectStanding(db, { serviceId, teamId, slackUserId });
  return row ?? { role: null, inDoubtSince: null };
}

export async function findOperatorRole(
  db: Db,
  serviceId: string,
  teamId: string,
  slackUserId: string,
): Promise<'admin' | 'approver' | null> {
  return (await findStanding(db, serviceId, teamId, slackUserId)).role;
}

const selectOperators = readTogether<Omit<OperatorKey, 'slackUserId'>, OperatorRow>(
  'operators',
  (db, value) =>
    db
      .select({ slackUserId: operators.slackUserId, name: operators.name, role: operators.role })
      .from(operators)
      .where(
        and(
          has(operators, { serviceId: value('serviceId'), teamId: value('teamId') }),
          isNotNull(operators.role),
        ),
      )
      .orderBy(operators.role, operators.name),
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
const isOperator = ({ serviceId, teamId, slackUserId }: { [Part in keyof OperatorKey]: string | SQL }) =>
  has(operators, { serviceId, teamId, slackUserId });

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
    .where(has(operators, { serviceId, role: 'admin' }));
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

/**
 * The row stays without a role (or with the lesser one that is kept), so that the settings don't grant it again. The
 * tokens of a person without a role are revoked, because a role that is granted later must not revive them.
 */
export async function takeRole(
  tx: Transaction,
  key: OperatorKey,
  now: Date,
  { keep = null, by }: { keep?: 'approver' | null; by: string },
): Promise<void> {
  const doubt = keep ? {} : { confirmedAt: null, inDoubtSince: null };
  await tx
    .update(operators)
    .set({ role: keep, changedAt: now, ...doubt })
    .where(isOperator(key));
  if (!keep) await revokeTokensOf(tx, key, { revokedAt: now, revokedBy: by });
}

/** Until Slack confirms this operator, they can't act. False for a person without a role. */
export async function markInDoubt(tx: Transaction, key: OperatorKey, now: Date): Promise<boolean> {
  const marked = await tx
    .update(operators)
    .set({ inDoubtSince: now })
    .where(and(isOperator(key), isNotNull(operators.role)))
    .returning({ role: operators.role });
  return marked.length > 0;
}

/** Ends the doubt that was there when Slack was asked. A later one stays, because Slack's answer may be older. */
export async function noteConfirmation(
  tx: Transaction,
  key: OperatorKey,
  { inDoubtSince, now }: { inDoubtSince: Date | null; now: Date },
): Promise<void> {
  const isSameDoubt = inDoubtSince
    ? eq(operators.inDoubtSince, inDoubtSince)
    : isNull(operators.inDoubtSince);
  await tx
    .update(operators)
    .set({ confirmedAt: now, inDoubtSince: null })
    .where(and(isOperator(key), isNotNull(operators.role), isSameDoubt));
}

/**
 * The operators in doubt, then by chance those that Slack confirmed too long ago: some may be of a workspace that can't
 * be asked, and must not keep the others waiting.
 */
export async function listOperatorsToConfirm(
  db: Db,
  of: { serviceId: string; confirmedBefore: Date; now: Date; limit: number },
): Promise<OperatorKey[]> {
  const isDue = or(
    isNotNull(operators.inDoubtSince),
    isNull(operators.confirmedAt),
    // One in the future was noted while the clock was wrong.
    notBetween(operators.confirmedAt, of.confirmedBefore, of.now),
  );
  return db
    .select({ serviceId: operators.serviceId, teamId: operators.teamId, slackUserId: operators.slackUserId })
    .from(operators)
    .where(and(eq(operators.serviceId, of.serviceId), isNotNull(operators.role), isDue))
    .orderBy(asc(operators.inDoubtSince), sql`random()`)
    .limit(of.limit);
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
