import { and, eq, isNotNull, sql } from 'drizzle-orm';
import type { Database, Transaction } from './connect.ts';
import { operators } from './schema.ts';

export async function findOperatorRole(
  db: Database | Transaction,
  serviceId: string,
  teamId: string,
  slackUserId: string,
): Promise<'admin' | 'approver' | null> {
  const [row] = await db
    .select({ role: operators.role })
    .from(operators)
    .where(
      and(
        eq(operators.serviceId, serviceId),
        eq(operators.teamId, teamId),
        eq(operators.slackUserId, slackUserId),
      ),
    );
  return row?.role ?? null;
}

export async function listOperators(db: Database | Transaction, serviceId: string, teamId: string) {
  return db
    .select({ slackUserId: operators.slackUserId, name: operators.name, role: operators.role })
    .from(operators)
    .where(and(eq(operators.serviceId, serviceId), eq(operators.teamId, teamId), isNotNull(operators.role)))
    .orderBy(operators.role, operators.name);
}

/** Grants once: a person who was ever granted a role here keeps what they have now, a withdrawal included. */
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

/** Slack names the person when they first act; until then the id stands for the name. */
export async function rememberOperatorName(
  db: Database | Transaction,
  key: { serviceId: string; teamId: string; slackUserId: string },
  name: string,
): Promise<void> {
  await db
    .update(operators)
    .set({ name })
    .where(
      and(
        eq(operators.serviceId, key.serviceId),
        eq(operators.teamId, key.teamId),
        eq(operators.slackUserId, key.slackUserId),
        sql`${operators.name} <> ${name}`,
      ),
    );
}
