// Keys and tokens that were found in public, and whose they are.
import { and, asc, exists, sql } from 'drizzle-orm';
import type { KeySlot } from '../../domain/key-life.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { has, rowsOf } from '../rows.ts';
import { leakedKeys, subscriptionKeys, tokens } from '../schema/index.ts';

export type LeakedKey = typeof leakedKeys.$inferSelect;

export const {
  find: findLeakedKey,
  lock: lockLeakedKey,
  insert: insertLeakedKey,
  update: updateLeakedKey,
} = rowsOf(leakedKeys);

export async function findLeakedKeyByHash(
  db: Db,
  serviceId: string,
  hash: string,
): Promise<LeakedKey | null> {
  const [row] = await db.select().from(leakedKeys).where(has(leakedKeys, { serviceId, hash }));
  return row ?? null;
}

/** Those of these hashes that are of a key or a token here, or were when it was found. */
export async function listKnownHashes(
  db: Db,
  { serviceId, hashes }: { serviceId: string; hashes: readonly string[] },
): Promise<string[]> {
  if (hashes.length === 0) return [];
  const of = { serviceId, hash: hashes };
  const rows = await db
    .select({ hash: subscriptionKeys.hash })
    .from(subscriptionKeys)
    .where(has(subscriptionKeys, of))
    .union(db.select({ hash: tokens.hash }).from(tokens).where(has(tokens, of)))
    .union(db.select({ hash: leakedKeys.hash }).from(leakedKeys).where(has(leakedKeys, of)));
  return rows.map(({ hash }) => hash);
}

/** For `exists`: of a row of `subscriptionKeys`. */
export const openLeakOf = sql`(select from ${leakedKeys} where ${has(leakedKeys, {
  serviceId: subscriptionKeys.serviceId,
  hash: subscriptionKeys.hash,
  state: 'open',
})})`;

/** Whether the key in this slot was found in public, and no operator said that it's no danger. */
export async function isKeyLeaked(
  tx: Transaction,
  of: { serviceId: string; subscriptionId: string; slot: KeySlot },
): Promise<boolean> {
  const rows = await tx
    .select({ slot: subscriptionKeys.slot })
    .from(subscriptionKeys)
    .where(and(has(subscriptionKeys, of), exists(openLeakOf)));
  return rows.length > 0;
}

/** Which subscription has this key, in which slot and until when; null for none. */
export async function findKeyByHash(db: Db, serviceId: string, hash: string) {
  const [row] = await db
    .select({
      subscriptionId: subscriptionKeys.subscriptionId,
      slot: subscriptionKeys.slot,
      endsAt: subscriptionKeys.endsAt,
    })
    .from(subscriptionKeys)
    .where(has(subscriptionKeys, { serviceId, hash }));
  return row ?? null;
}

/** The open ones of a subscription whose key it has no more, the oldest first. A key that has ended never comes back. */
export async function listReplacedLeaks(
  tx: Transaction,
  { serviceId, subscriptionId, now }: { serviceId: string; subscriptionId: string; now: Date },
): Promise<LeakedKey[]> {
  return tx
    .select()
    .from(leakedKeys)
    .where(
      and(
        has(leakedKeys, { serviceId, subscriptionId, state: 'open' }),
        sql`not exists (select from ${subscriptionKeys} k where k.service_id = ${leakedKeys.serviceId}
          and k.hash = ${leakedKeys.hash} and (k.ends_at is null or k.ends_at > ${now.toISOString()}::timestamptz))`,
      ),
    )
    .orderBy(asc(leakedKeys.id))
    .for('update');
}
