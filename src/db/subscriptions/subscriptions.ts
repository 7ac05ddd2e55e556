import { count, desc, eq, sql } from 'drizzle-orm';
import type { Db, Transaction } from '../connection/connect.ts';
import { readTogether } from '../connection/read-together.ts';
import { dueRows, has, hasGiven, inAnyCase, type Moment, rowsOf } from '../rows.ts';
import { accounts, subscriptions, subscriptionUsage } from '../schema/index.ts';

export type Subscription = typeof subscriptions.$inferSelect;

const rows = rowsOf(subscriptions);
export const {
  find: findSubscription,
  findAll: listSubscriptionsOfIds,
  lock: lockSubscription,
  insert: insertSubscription,
} = rows;
export const findSubscriptionId = inAnyCase('subscription_id', subscriptions);
/** Changes a locked subscription and increments its version. */
export const updateSubscription = (
  { tx, now }: Moment,
  subscription: Subscription,
  change: Parameters<typeof rows.update>[2],
): Promise<Subscription> => rows.update(tx, subscription, { ...change, updatedAt: now });

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
    .where(has(subscriptions, of))
    .returning({ id: subscriptions.id });
  return deleted.map(({ id }) => id);
}

export async function forgetOwnerAsWritten(
  tx: Transaction,
  serviceId: string,
  accountId: string,
): Promise<void> {
  await tx
    .update(subscriptions)
    .set({ ownerAsWritten: null })
    .where(has(subscriptions, { serviceId, accountId }));
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
    .leftJoin(accounts, has(accounts, { serviceId: subscriptions.serviceId, id: subscriptions.accountId }))
    .where(has(subscriptions, { serviceId, id: ids }));
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
    .where(has(subscriptions, { serviceId, accountId }))
    .orderBy(desc(subscriptions.createdAt), desc(subscriptions.id))
    .limit(limit);
  return rows.map(({ id }) => id);
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
  const { states, ...others } = of;
  const [row] = await db
    .select({ count: count() })
    .from(subscriptions)
    .where(hasGiven(subscriptions, { ...others, state: states }));
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
      has(subscriptionUsage, { serviceId: subscriptions.serviceId, subscriptionId: subscriptions.id }),
    )
    .where(has(subscriptions, { serviceId: value('serviceId'), accountId: value('accountId') })),
);

/** Active subscriptions past their end. */
export const listEndedSubscriptions = dueRows(
  subscriptions,
  subscriptions.endsAt,
  eq(subscriptions.state, 'active'),
);
