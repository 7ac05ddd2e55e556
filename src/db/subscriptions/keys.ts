import { and, eq, gt, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import { FORMER_SLOTS, KEY_SLOTS, type KeySlot } from '../../domain/key-life.ts';
import type { Db, Transaction } from '../connection/connect.ts';
import { has, type Moment } from '../rows.ts';
import { accounts, subscriptionKeys, subscriptions } from '../schema/index.ts';

export type SubscriptionKey = typeof subscriptionKeys.$inferSelect;
type Slot = { serviceId: string; subscriptionId: string; slot: KeySlot };

const FORMERS = Object.values(FORMER_SLOTS);

/**
 * Inserts or replaces the key of a slot. The former key of the slot is unknown from now on, and so is the replaced one,
 * unless it goes on as the former key until `formerEndsAt`. False when the service has this key already: then roll back,
 * the old keys are gone.
 */
export async function putKey(
  tx: Transaction,
  row: SubscriptionKey & Slot,
  formerEndsAt: Date | null = null,
): Promise<boolean> {
  const { serviceId, subscriptionId, slot, hash } = row;
  const isOfSlot = inArray(subscriptionKeys.slot, [slot, FORMER_SLOTS[slot]]);
  // A former key of the other slot may come back.
  const comesBack = and(eq(subscriptionKeys.hash, hash), inArray(subscriptionKeys.slot, FORMERS));
  const replaced = await tx
    .delete(subscriptionKeys)
    .where(and(has(subscriptionKeys, { serviceId, subscriptionId }), or(isOfSlot, comesBack)))
    .returning();
  const former = formerEndsAt && replaced.find((one) => one.slot === slot);
  const rows = former
    ? [row, { ...former, slot: FORMER_SLOTS[slot], sealed: '', endsAt: formerEndsAt, toldDays: null }]
    : [row];
  const inserted = await tx
    .insert(subscriptionKeys)
    .values(rows)
    .onConflictDoNothing()
    .returning({ slot: subscriptionKeys.slot });
  return inserted.length === rows.length;
}

export async function listKeys(
  db: Db,
  serviceId: string,
  subscriptionId: string,
): Promise<SubscriptionKey[]> {
  return db.select().from(subscriptionKeys).where(has(subscriptionKeys, { serviceId, subscriptionId }));
}

/** Ends the former key of a slot. False when none goes on. */
export async function endFormerKey({ tx, now }: Moment, { slot, ...of }: Slot): Promise<boolean> {
  const ended = await tx
    .update(subscriptionKeys)
    .set({ endsAt: now })
    .where(and(has(subscriptionKeys, { ...of, slot: FORMER_SLOTS[slot] }), gt(subscriptionKeys.endsAt, now)))
    .returning({ slot: subscriptionKeys.slot });
  return ended.length > 0;
}

type Life = Pick<SubscriptionKey, 'endsAt' | 'toldDays'>;

/** Gives the keys of a product's subscriptions this life. Those that have ended stay so, and former ones end as they would have. */
export async function setLifeOfKeys(
  { tx, now }: Moment,
  { serviceId, productId }: { serviceId: string; productId: string },
  life: Life,
): Promise<void> {
  const ofProduct = tx
    .select({ id: subscriptions.id })
    .from(subscriptions)
    .where(has(subscriptions, { serviceId, productId }));
  await tx
    .update(subscriptionKeys)
    .set(life)
    .where(
      and(
        has(subscriptionKeys, { serviceId, slot: [...KEY_SLOTS] }),
        or(isNull(subscriptionKeys.endsAt), gt(subscriptionKeys.endsAt, now)),
        inArray(subscriptionKeys.subscriptionId, ofProduct),
      ),
    );
}

/** False when the key has another end than this one by now: then there is nothing to tell. */
export async function noteToldOfEnd(
  tx: Transaction,
  of: Slot & { endsAt: Date },
  toldDays: number,
): Promise<boolean> {
  const noted = await tx
    .update(subscriptionKeys)
    .set({ toldDays })
    .where(has(subscriptionKeys, of))
    .returning({ slot: subscriptionKeys.slot });
  return noted.length > 0;
}

/** Active subscriptions of active accounts with a key of whose end the owner is to be told now: as `dueWarning` has it. */
export async function listEndingKeys(db: Db, serviceId: string, now: Date, limit: number) {
  const inDays = (days: number) => sql`${now.toISOString()}::timestamptz + make_interval(days => ${days})`;
  const due = sql`case when ${subscriptionKeys.endsAt} <= ${inDays(1)} then 1
    when ${subscriptionKeys.endsAt} <= ${inDays(7)} then 7 else 30 end`;
  return db
    .selectDistinct({ id: subscriptions.id })
    .from(subscriptionKeys)
    .innerJoin(
      subscriptions,
      has(subscriptions, { serviceId: subscriptionKeys.serviceId, id: subscriptionKeys.subscriptionId }),
    )
    .innerJoin(accounts, has(accounts, { serviceId: subscriptions.serviceId, id: subscriptions.accountId }))
    .where(
      and(
        has(subscriptionKeys, { serviceId, slot: [...KEY_SLOTS] }),
        gt(subscriptionKeys.endsAt, now),
        lte(subscriptionKeys.endsAt, inDays(30)),
        sql`${due} < coalesce(${subscriptionKeys.toldDays}, 31)`,
        eq(subscriptions.state, 'active'),
        eq(accounts.state, 'active'),
      ),
    )
    .orderBy(subscriptions.id)
    .limit(limit);
}

/** Deletes former keys that ended before. Until then their calls are told that the key has ended. */
export async function deleteFormerKeys(db: Db, serviceId: string, endedBefore: Date): Promise<void> {
  await db
    .delete(subscriptionKeys)
    .where(
      and(has(subscriptionKeys, { serviceId, slot: FORMERS }), lte(subscriptionKeys.endsAt, endedBefore)),
    );
}
