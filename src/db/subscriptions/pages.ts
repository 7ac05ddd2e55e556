// Subscriptions as programs list them: by a filter, by pages, and counted.
import { and, desc, eq, isNull, ne, or, sql } from 'drizzle-orm';
import type { ListFilter } from '../../domain/list-filter.ts';
import type { Db } from '../connection/connect.ts';
import { type FilterColumns, filterCondition } from '../list-filter.ts';
import { accounts, subscriptions } from '../schema/index.ts';
import type { Subscription, SubscriptionCursor } from './subscriptions.ts';

const columns = (now: Date): FilterColumns => ({
  name: { column: subscriptions.id, text: 'exact' },
  displayName: { column: subscriptions.name },
  stateComment: { column: subscriptions.stateComment },
  ownerId: { column: sql`'/users/' || coalesce(${subscriptions.accountId}, '')`, text: 'exact' },
  userId: { column: sql`coalesce(${subscriptions.accountId}, '')`, text: 'exact' },
  productId: { column: sql`coalesce(${subscriptions.productId}, '')`, text: 'exact' },
  scope: {
    column: sql`coalesce('/products/' || ${subscriptions.productId}, '/apis/' || ${subscriptions.apiId}, '/apis')`,
    text: 'exact',
  },
  // One past its end has expired, whether a job has written so or not.
  state: {
    column: sql`(case when ${subscriptions.state} = 'active' and ${subscriptions.endsAt} <= ${now.toISOString()}::timestamptz
      then 'expired' else ${subscriptions.state} end)`,
    text: 'exact',
  },
});

export type SubscriptionsWanted = {
  filter: ListFilter | null;
  id?: string | undefined;
  accountId?: string | undefined;
  productId?: string | undefined;
};

/** Newest first. Those of deleted accounts are not listed. */
export async function listSubscriptionPage(
  db: Db,
  serviceId: string,
  wanted: SubscriptionsWanted,
  page: { limit: number; skip: number; after?: SubscriptionCursor | undefined; now: Date },
): Promise<{ rows: Subscription[]; count: number }> {
  const { after, now } = page;
  const where = and(
    eq(subscriptions.serviceId, serviceId),
    wanted.id === undefined ? undefined : eq(subscriptions.id, wanted.id),
    wanted.accountId === undefined ? undefined : eq(subscriptions.accountId, wanted.accountId),
    wanted.productId === undefined ? undefined : eq(subscriptions.productId, wanted.productId),
    wanted.filter ? filterCondition(wanted.filter, columns(now)) : undefined,
    or(isNull(subscriptions.accountId), ne(accounts.state, 'deleted')),
  );
  const isBehind = after
    ? sql`(${subscriptions.createdAt}, ${subscriptions.id}) < (${after.createdAt.toISOString()}::timestamptz, ${after.id})`
    : undefined;
  const owned = and(
    eq(accounts.serviceId, subscriptions.serviceId),
    eq(accounts.id, subscriptions.accountId),
  );
  const rows = await db
    .select({ subscription: subscriptions })
    .from(subscriptions)
    .leftJoin(accounts, owned)
    .where(and(where, isBehind))
    .orderBy(desc(subscriptions.createdAt), desc(subscriptions.id))
    .offset(page.skip)
    .limit(page.limit);
  const [row] = await db
    .select({ count: sql<string>`count(*)` })
    .from(subscriptions)
    .leftJoin(accounts, owned)
    .where(where);
  return { rows: rows.map(({ subscription }) => subscription), count: Number(row?.count ?? 0) };
}
