import { and, asc, eq, gt, inArray, isNull, lte, or, type SQL, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { type PagedList, pagedList } from '../page.ts';
import { has, rowsOf } from '../rows.ts';
import { operators, tokens } from '../schema/index.ts';

export type Token = typeof tokens.$inferSelect;

export const { find: findToken } = rowsOf(tokens);

export async function insertToken(tx: Transaction, row: typeof tokens.$inferInsert): Promise<void> {
  await tx.insert(tokens).values(row);
}

export async function findTokenByHash(db: Db, serviceId: string, hash: string): Promise<Token | null> {
  const [row] = await db.select().from(tokens).where(has(tokens, { serviceId, hash }));
  return row ?? null;
}

/** A live token, with its owner's present role and any doubt about them; null when either is gone. */
export async function findLiveToken(
  db: Db,
  serviceId: string,
  id: string,
  now: Date,
): Promise<
  (Pick<Token, 'role' | 'grants'> & { ownerRole: 'admin' | 'approver'; inDoubtSince: Date | null }) | null
> {
  const [row] = await db
    .select({
      role: tokens.role,
      grants: tokens.grants,
      ownerRole: operators.role,
      inDoubtSince: operators.inDoubtSince,
    })
    .from(tokens)
    .innerJoin(
      operators,
      has(operators, {
        serviceId: tokens.serviceId,
        teamId: tokens.ownerTeamId,
        slackUserId: tokens.ownerUserId,
      }),
    )
    .where(and(has(tokens, { serviceId, id }), isLiveToken(now)));
  return row?.ownerRole ? { ...row, ownerRole: row.ownerRole } : null;
}

/** The soonest to end first. */
export const listLiveTokens = (
  db: Db,
  serviceId: string,
  now: Date,
): PagedList<Token, { expiresAt: Date; id: string }> =>
  pagedList(db, tokens, {
    where: and(eq(tokens.serviceId, serviceId), isLiveToken(now)),
    by: [tokens.expiresAt, tokens.id],
    cursorOf: ({ expiresAt, id }) => ({ expiresAt, id }),
    valuesAt: ({ expiresAt, id }) => [sql`${expiresAt.toISOString()}::timestamptz`, sql`${id}::uuid`],
  });

/** Null when there is no such token, or it was revoked already. */
export async function revokeToken(
  tx: Transaction,
  key: { serviceId: string; id: string },
  by: { revokedAt: Date; revokedBy: string },
): Promise<Token | null> {
  const [row] = await tx
    .update(tokens)
    .set(by)
    .where(has(tokens, { serviceId: key.serviceId, id: key.id, revokedAt: null }))
    .returning();
  return row ?? null;
}

/** Revokes at most `limit` live tokens. Returns how many. */
export async function revokeLiveTokens(
  tx: Transaction,
  of: { serviceId: string; now: Date; by: string; limit: number },
): Promise<number> {
  const live = and(eq(tokens.serviceId, of.serviceId), isLiveToken(of.now));
  const some = tx.select({ id: tokens.id }).from(tokens).where(live).limit(of.limit);
  const revoked = await tx
    .update(tokens)
    .set({ revokedAt: of.now, revokedBy: of.by })
    .where(and(live, inArray(tokens.id, some)))
    .returning({ id: tokens.id });
  return revoked.length;
}

/** Revokes every token of one owner. */
export async function revokeTokensOf(
  tx: Transaction,
  owner: { serviceId: string; teamId: string; slackUserId: string },
  by: { revokedAt: Date; revokedBy: string },
): Promise<void> {
  await tx
    .update(tokens)
    .set(by)
    .where(
      has(tokens, {
        serviceId: owner.serviceId,
        ownerTeamId: owner.teamId,
        ownerUserId: owner.slackUserId,
        revokedAt: null,
      }),
    );
}

/** Stores the time of use, unless a time within the last `spanMs` is stored. */
export async function recordLastUse(
  db: Db,
  key: { serviceId: string; id: string },
  now: Date,
  spanMs: number,
): Promise<void> {
  await db
    .update(tokens)
    .set({ lastUsedAt: now })
    .where(
      and(
        has(tokens, { serviceId: key.serviceId, id: key.id }),
        or(isNull(tokens.lastUsedAt), lte(tokens.lastUsedAt, new Date(now.getTime() - spanMs))),
      ),
    );
}

/** Returns the live tokens that end soon, and marks them, so that each comes once. */
export async function takeEndingTokens(
  tx: Transaction,
  of: { serviceId: string; now: Date; endsBefore: Date; limit: number },
): Promise<Token[]> {
  const ending = await tx
    .select()
    .from(tokens)
    .where(
      and(
        has(tokens, { serviceId: of.serviceId, warnedAt: null }),
        isLiveToken(of.now),
        lte(tokens.expiresAt, of.endsBefore),
      ),
    )
    .orderBy(asc(tokens.expiresAt))
    .limit(of.limit)
    .for('update', { skipLocked: true });
  for (const { serviceId, id } of ending)
    await tx.update(tokens).set({ warnedAt: of.now }).where(has(tokens, { serviceId, id }));
  return ending;
}

export function isLiveToken(now: Date): SQL | undefined {
  return and(isNull(tokens.revokedAt), gt(tokens.expiresAt, now));
}
