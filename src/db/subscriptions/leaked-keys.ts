// Keys and tokens that were found in public, and whose they are.
import { and, asc, eq, exists, not, type SQL, sql } from 'drizzle-orm';
import type { KeySlot } from '../../domain/key-life.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { has, hasGiven, type ListDue, rowsOf } from '../rows.ts';
import { accounts, cards, leakedKeys, subscriptionKeys, subscriptions, tokens } from '../schema/index.ts';

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

/** Of these it isn't decided what becomes of them. */
const UNDECIDED = ['open', 'lapsed'] as const;

/** For `exists`: of a row of `subscriptionKeys`. */
export const openLeakOf = sql`(select from ${leakedKeys} where ${has(leakedKeys, {
  serviceId: subscriptionKeys.serviceId,
  hash: subscriptionKeys.hash,
  state: [...UNDECIDED],
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

const at = (now: Date) => sql`${now.toISOString()}::timestamptz`;

/** Of a row of `leakedKeys`: its subscription has the key still, and the key's end has not come. */
const isHeld = (
  now: Date,
) => sql`exists (select from ${subscriptionKeys} k where k.service_id = ${leakedKeys.serviceId}
  and k.hash = ${leakedKeys.hash} and (k.ends_at is null or k.ends_at > ${at(now)}))`;

/** Of a row of `leakedKeys`: calls pass with it, or will once its subscription begins. */
const isAlive = (now: Date): SQL => sql`case when ${leakedKeys.tokenId} is not null
  then exists (select from ${tokens} t where t.service_id = ${leakedKeys.serviceId} and t.id = ${leakedKeys.tokenId}
    and t.revoked_at is null and t.expires_at > ${at(now)})
  else ${isHeld(now)} and exists (select from ${subscriptions} s
    left join ${accounts} a on a.service_id = s.service_id and a.id = s.account_id
    where s.service_id = ${leakedKeys.serviceId} and s.id = ${leakedKeys.subscriptionId}
      and s.state in ('submitted', 'active') and (a.state is null or a.state in ('pending', 'active'))) end`;

/** Those that are open and let no call pass, and those that lapsed and do again. */
export const listOutdatedLeaks: ListDue = (db, serviceId, now, limit) =>
  db
    .select({ id: leakedKeys.id })
    .from(leakedKeys)
    .where(
      and(
        has(leakedKeys, { serviceId, state: [...UNDECIDED] }),
        sql`(${leakedKeys.state} = 'open') <> ${isAlive(now)}`,
      ),
    )
    .orderBy(asc(leakedKeys.id))
    .limit(limit);

/** Whether calls pass with a key that was found in public. */
export async function isLeakAlive(tx: Transaction, of: Pick<LeakedKey, 'serviceId' | 'id'>, now: Date) {
  const [row] = await tx
    .select({ isAlive: sql<boolean>`${isAlive(now)}` })
    .from(leakedKeys)
    .where(has(leakedKeys, { serviceId: of.serviceId, id: of.id }));
  return row?.isAlive ?? false;
}

/** Where the cards are of the open ones of these subscriptions. */
export async function listOpenLeakCards(
  tx: Transaction,
  {
    serviceId,
    ...of
  }: { serviceId: string } & Partial<Record<'id' | 'productId' | 'apiId' | 'accountId', string>>,
) {
  return tx
    .select({ channelId: cards.channelId, messageTs: cards.messageTs })
    .from(cards)
    .innerJoin(
      leakedKeys,
      and(eq(leakedKeys.serviceId, cards.serviceId), eq(leakedKeys.id, cards.leakedKeyId)),
    )
    .innerJoin(
      subscriptions,
      and(eq(subscriptions.serviceId, cards.serviceId), eq(subscriptions.id, leakedKeys.subscriptionId)),
    )
    .where(and(has(leakedKeys, { serviceId, state: 'open' }), hasGiven(subscriptions, of)));
}

/** The undecided ones of a subscription whose key it has no more, the oldest first. A key that has ended never comes back. */
export async function listReplacedLeaks(
  tx: Transaction,
  { serviceId, subscriptionId, now }: { serviceId: string; subscriptionId: string; now: Date },
): Promise<LeakedKey[]> {
  return tx
    .select()
    .from(leakedKeys)
    .where(and(has(leakedKeys, { serviceId, subscriptionId, state: [...UNDECIDED] }), not(isHeld(now))))
    .orderBy(asc(leakedKeys.id))
    .for('update');
}
