import { and, asc, count, desc, eq, inArray, lte, type SQL, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { readTogether } from '../connection/read-together.ts';
import { accounts, subscriptions, subscriptionUsage } from '../schema/index.ts';

export type Subscription = typeof subscriptions.$inferSelect;

const keyed = (serviceId: string, id: string) =>
  and(eq(subscriptions.serviceId, serviceId), eq(subscriptions.id, id));

export async function findSubscription(db: Db, serviceId: string, id: string): Promise<Subscription | null> {
  const [row] = await db.select().from(subscriptions).where(keyed(serviceId, id));
  return row ?? null;
}

/** The names and owners of these subscriptions. */
export async function findSubscriptions(db: Db, serviceId: string, ids: readonly string[]) {
  if (ids.length === 0) return [];
  return db
    .select({
      id: subscriptions.id,
      name: subscriptions.name,
      owner: { email: accounts.email, firstName: accounts.firstName, lastName: accounts.lastName },
    })
    .from(subscriptions)
    .leftJoin(
      accounts,
      and(eq(accounts.serviceId, subscriptions.serviceId), eq(accounts.id, subscriptions.accountId)),
    )
    .where(and(eq(subscriptions.serviceId, serviceId), inArray(subscriptions.id, [...ids])));
}

/** Newest first, also for a deleted account. */
export async function listSubscriptionIdsOfAccount(
  db: Db,
  serviceId: string,
  accountId: string,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .select({ id: subscriptions.id })
    .from(subscriptions)
    .where(and(eq(subscriptions.serviceId, serviceId), eq(subscriptions.accountId, accountId)))
    .orderBy(desc(subscriptions.createdAt), desc(subscriptions.id))
    .limit(limit);
  return rows.map(({ id }) => id);
}

export async function lockSubscription(
  tx: Transaction,
  serviceId: string,
  id: string,
): Promise<Subscription | null> {
  const [row] = await tx.select().from(subscriptions).where(keyed(serviceId, id)).for('update');
  return row ?? null;
}

/** Inserts unless the id is taken; null then. */
export async function insertSubscription(
  tx: Transaction,
  row: typeof subscriptions.$inferInsert,
): Promise<Subscription | null> {
  const [inserted] = await tx.insert(subscriptions).values(row).onConflictDoNothing().returning();
  return inserted ?? null;
}

/** Changes a locked subscription and increments its version. */
export async function updateSubscription(
  tx: Transaction,
  subscription: Subscription,
  change: Partial<typeof subscriptions.$inferInsert>,
  now: Date,
): Promise<Subscription> {
  const [row] = await tx
    .update(subscriptions)
    .set({ ...change, version: subscription.version + 1, updatedAt: now })
    .where(keyed(subscription.serviceId, subscription.id))
    .returning();
  if (!row) throw new Error('a locked subscription is gone');
  return row;
}

/** Deletes subscriptions with their keys, usage and cards. Returns their ids. */
export async function deleteSubscriptions(
  tx: Transaction,
  of: { serviceId: string } & (
    | { id: string }
    | { productId: string }
    | { apiId: string }
    | { accountId: string }
  ),
): Promise<string[]> {
  const deleted = await tx
    .delete(subscriptions)
    .where(and(eq(subscriptions.serviceId, of.serviceId), isWanted(of)))
    .returning({ id: subscriptions.id });
  return deleted.map(({ id }) => id);
}

function isWanted(of: { id?: string; productId?: string; apiId?: string; accountId?: string }): SQL {
  if (of.id !== undefined) return eq(subscriptions.id, of.id);
  if (of.productId !== undefined) return eq(subscriptions.productId, of.productId);
  if (of.apiId !== undefined) return eq(subscriptions.apiId, of.apiId);
  return eq(subscriptions.accountId, of.accountId ?? '');
}

/** How many subscriptions an account, product or API has; with `states`, only those in one of them. */
export async function countSubscriptions(
  db: Db,
  of: {
    serviceId: string;
    accountId?: string;
    productId?: string;
    apiId?: string;
    states?: readonly Subscription['state'][];
  },
): Promise<number> {
  const { serviceId, states, accountId, productId, apiId } = of;
  const [row] = await db
    .select({ count: count() })
    .from(subscriptions)
    .where(
      and(
        eq(subscriptions.serviceId, serviceId),
        accountId === undefined ? undefined : eq(subscriptions.accountId, accountId),
        productId === undefined ? undefined : eq(subscriptions.productId, productId),
        apiId === undefined ? undefined : eq(subscriptions.apiId, apiId),
        states ? inArray(subscriptions.state, [...states]) : undefined,
      ),
    );
  return row?.count ?? 0;
}

/** How many there are, how many of them are active, and how many of those were used since: what a block or a deletion cuts off. */
export async function countLiveSubscriptions(
  db: Db,
  of: { serviceId: string; accountId: string; usedSince: Date },
): Promise<{ all: number; live: number; used: number }> {
  const [row] = await selectCounts(db, { ...of, usedSince: of.usedSince.toISOString() });
  return row ?? { all: 0, live: 0, used: 0 };
}

const isLive = sql`${subscriptions.state} = 'active'`;

const selectCounts = readTogether<
  { serviceId: string; accountId: string; usedSince: string },
  { all: number; live: number; used: number }
>('subscription_counts', (db, value) =>
  db
    .select({
      all: sql`count(*)`.mapWith(Number).as('n_all'),
      live: sql`count(*) filter (where ${isLive})`.mapWith(Number).as('n_live'),
      used: sql`count(*) filter (where ${isLive}
        and ${subscriptionUsage.lastUsedAt} >= ${value('usedSince')}::timestamptz)`
        .mapWith(Number)
        .as('n_used'),
    })
    .from(subscriptions)
    .leftJoin(
      subscriptionUsage,
      and(
        eq(subscriptionUsage.serviceId, subscriptions.serviceId),
        eq(subscriptionUsage.subscriptionId, subscriptions.id),
      ),
    )
    .where(
      and(eq(subscriptions.serviceId, value('serviceId')), eq(subscriptions.accountId, value('accountId'))),
    ),
);

/** Active subscriptions past their end, the longest ended first. */
export async function listEndedSubscriptions(db: Db, serviceId: string, now: Date, limit: number) {
  return db
    .select({ id: subscriptions.id })
    .from(subscriptions)
    .where(
      and(
        eq(subscriptions.serviceId, serviceId),
        eq(subscriptions.state, 'active'),
        lte(subscriptions.endsAt, now),
      ),
    )
    .orderBy(asc(subscriptions.endsAt))
    .limit(limit);
}
