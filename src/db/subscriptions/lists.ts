// Lists of subscriptions, newest first, in pages, and how many there are. Those of deleted accounts are not listed.
import {
  and,
  desc,
  eq,
  exists,
  getTableColumns,
  gt,
  inArray,
  isNull,
  lte,
  ne,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Limits } from '../../domain/call-limits.ts';
import { type HeldKeySlot, KEY_SLOTS } from '../../domain/key-life.ts';
import type { ListFilter } from '../../domain/list-filter.ts';
import { resourceIdOfAccount } from '../accounts/accounts.ts';
import type { Db } from '../connection/connect.ts';
import { readTogether } from '../connection/read-together.ts';
import { type FilterColumns, filterCondition } from '../list-filter.ts';
import { countRows, type Page } from '../page.ts';
import { has, hasGiven } from '../rows.ts';
import {
  accounts,
  apis,
  products,
  quotaUse,
  subscriptionCalls,
  subscriptionKeys,
  subscriptions,
  subscriptionUsage,
} from '../schema/index.ts';
import { openLeakOf } from './leaked-keys.ts';
import type { Subscription } from './subscriptions.ts';

/**
 * What is known of a key, without the key. `lastUsedAt`: of calls that passed; null for none. `isLeaked`: it was found in
 * public, and no operator said that it's no danger.
 */
export type ListedKey = {
  slot: HeldKeySlot;
  madeAt: Date;
  endsAt: Date | null;
  lastUsedAt: Date | null;
  isLeaked: boolean;
};
/** Times in milliseconds since 1970. */
type KeyRow = Pick<ListedKey, 'slot' | 'isLeaked'> & {
  madeAt: number;
  endsAt: number | null;
  lastUsedAt: number | null;
};

/** A subscription with its owner, the name of its scope, and its usage. */
export type ListedSubscription = Subscription & {
  owner: {
    id: string;
    resourceId: string;
    email: string;
    firstName: string;
    lastName: string;
    state: string;
  } | null;
  scopeName: string | null;
  lastUsedAt: Date | null;
  calls: number;
  keys: ListedKey[];
  /** None when its scope is no product. */
  productLimits: Limits;
  /** As its product has it. */
  keysExpireAfterDays: number | null;
  /** What it used of its quota, in the last period that it was called in. */
  quotaUse: { calls: number; startsAt: Date; endsAt: Date } | null;
};

type SubscriptionField = 'id' | 'name' | 'stateComment' | 'ownerId' | 'productId' | 'apiId' | 'presentState';

export type SubscriptionsWanted = {
  id?: string | undefined;
  accountId?: string | undefined;
  productId?: string | undefined;
  apiId?: string | undefined;
  state?: Subscription['state'] | undefined;
  /** Only those whose quota is used up at `now`, or that made calls beyond their rate `since` the begin of an hour. */
  limited?: { now: Date; since: Date } | undefined;
  /** Only those that used most of their quota, and not all of it, in the period at this moment. */
  nearQuotaAt?: Date | undefined;
  /** Only active ones of which a key ends between two moments. */
  keyEnds?: { after: Date; until: Date } | undefined;
  /** `now` decides which ones have expired. */
  filter?: { tree: ListFilter<SubscriptionField>; now: Date } | undefined;
};

const SUBSCRIPTIONS_ON_CARD = 5;

export type SubscriptionCursor = { createdAt: Date; id: string };

export async function listSubscriptions(
  db: Db,
  serviceId: string,
  wanted: SubscriptionsWanted,
  page: Page<SubscriptionCursor>,
): Promise<ListedSubscription[]> {
  const isAfter = page.after
    ? sql`(${subscriptions.createdAt}, ${subscriptions.id}) < (${page.after.createdAt.toISOString()}::timestamptz, ${page.after.id})`
    : undefined;
  const rows = await newestFirst(db, and(isWanted(serviceId, wanted), isAfter))
    .offset(page.skip ?? 0)
    .limit(page.limit);
  return rows.map(toListed);
}

/** The newest of an account, for its card. */
export async function listNewestSubscriptions(
  db: Db,
  of: { serviceId: string; accountId: string },
): Promise<ListedSubscription[]> {
  return (await selectNewest(db, of)).map(toListed);
}

const selectNewest = readTogether<{ serviceId: string; accountId: string }, Row>(
  'newest_subscriptions',
  (db, value) =>
    newestFirst(
      db,
      and(
        has(subscriptions, { serviceId: value('serviceId'), accountId: value('accountId') }),
        ne(accounts.state, sql`'deleted'`),
      ),
    ).limit(SUBSCRIPTIONS_ON_CARD),
);

type Row = Awaited<ReturnType<typeof newestFirst>>[number];

const toListed = ({ subscription, owner, calls, keys, quotaUse: use, ...rest }: Row): ListedSubscription => {
  const { id } = owner;
  return {
    ...subscription,
    ...rest,
    owner: id === null ? null : { ...owner, id },
    calls: calls ?? 0,
    keys: (keys ?? []).map(({ slot, madeAt, endsAt, lastUsedAt, isLeaked }) => ({
      isLeaked,
      slot,
      madeAt: new Date(madeAt),
      endsAt: dateOf(endsAt),
      lastUsedAt: dateOf(lastUsedAt),
    })),
    quotaUse: use.calls === null ? null : { ...use, calls: use.calls },
  };
};

const dateOf = (ms: number | null) => (ms === null ? null : new Date(ms));

const epochMs = (column: PgColumn) => sql`round(extract(epoch from ${column}) * 1000)::bigint`;
const heldKeys = sql<KeyRow[] | null>`(
  select json_agg(json_build_object('slot', ${subscriptionKeys.slot}, 'madeAt', ${epochMs(subscriptionKeys.createdAt)},
    'endsAt', ${epochMs(subscriptionKeys.endsAt)},
    'lastUsedAt', (${subscriptionUsage.keyUses} ->> left(${subscriptionKeys.hash}, 6))::bigint,
    'isLeaked', ${exists(openLeakOf)}))
  from ${subscriptionKeys} where ${has(subscriptionKeys, {
    serviceId: subscriptions.serviceId,
    subscriptionId: subscriptions.id,
  })})`;

/** Each column has a name of its own, for a query around it. */
const newestFirst = (db: Db, where: SQL | undefined) =>
  db
    .select({
      subscription: getTableColumns(subscriptions),
      owner: {
        id: sql<string | null>`${accounts.id}`.as('owner_id'),
        resourceId: sql<string>`${resourceIdOfAccount}`.as('owner_resource_id'),
        email: sql<string>`${accounts.email}`.as('owner_email'),
        firstName: sql<string>`${accounts.firstName}`.as('owner_first_name'),
        lastName: sql<string>`${accounts.lastName}`.as('owner_last_name'),
        state: sql<string>`${accounts.state}`.as('owner_state'),
      },
      scopeName: sql<string | null>`coalesce(${products.name}, ${apis.name})`.as('scope_name'),
      productLimits: {
        rate: sql<Limits['rate']>`${products.rate}`.mapWith(products.rate).as('product_rate'),
        quota: sql<Limits['quota']>`${products.quota}`.mapWith(products.quota).as('product_quota'),
      },
      keysExpireAfterDays: sql<number | null>`${products.keysExpireAfterDays}`
        .mapWith(products.keysExpireAfterDays)
        .as('product_key_days'),
      quotaUse: {
        calls: sql<number | null>`${quotaUse.calls}`.mapWith(quotaUse.calls).as('quota_calls'),
        startsAt: sql<Date>`${quotaUse.startsAt}`.mapWith(quotaUse.startsAt).as('quota_starts_at'),
        endsAt: sql<Date>`${quotaUse.endsAt}`.mapWith(quotaUse.endsAt).as('quota_ends_at'),
      },
      lastUsedAt: subscriptionUsage.lastUsedAt,
      calls: subscriptionUsage.calls,
      keys: heldKeys.as('held_keys'),
    })
    .from(subscriptions)
    .leftJoin(accounts, isOwner)
    .leftJoin(products, has(products, { serviceId: subscriptions.serviceId, id: subscriptions.productId }))
    .leftJoin(apis, has(apis, { serviceId: subscriptions.serviceId, id: subscriptions.apiId }))
    .leftJoin(subscriptionUsage, isUsage)
    .leftJoin(quotaUse, isQuotaUse)
    .where(where)
    .orderBy(desc(subscriptions.createdAt), desc(subscriptions.id));

export async function countListedSubscriptions(
  db: Db,
  serviceId: string,
  wanted: SubscriptionsWanted,
  upTo?: number,
): Promise<number> {
  const matching = db
    .select({ one: sql`1` })
    .from(subscriptions)
    .leftJoin(accounts, isOwner)
    .where(isWanted(serviceId, wanted));
  return countRows(db, matching, upTo);
}

const isUsage = has(subscriptionUsage, {
  serviceId: subscriptions.serviceId,
  subscriptionId: subscriptions.id,
});

const isQuotaUse = has(quotaUse, {
  serviceId: subscriptions.serviceId,
  subscriptionId: subscriptions.id,
});

const isOwner = has(accounts, { serviceId: subscriptions.serviceId, id: subscriptions.accountId });

function isWanted(serviceId: string, given: SubscriptionsWanted): SQL | undefined {
  const { filter, limited, nearQuotaAt, keyEnds, ...wanted } = given;
  return and(
    hasGiven(subscriptions, { serviceId, ...wanted }),
    limited ? isLimited(serviceId, limited) : undefined,
    nearQuotaAt ? isNearQuota(serviceId, nearQuotaAt) : undefined,
    keyEnds ? hasEndingKey(serviceId, keyEnds) : undefined,
    filter ? filterCondition(filter.tree, columnsOf(serviceId, filter.now)) : undefined,
    or(isNull(subscriptions.accountId), ne(accounts.state, 'deleted')),
  );
}

const isLimited = (serviceId: string, { now, since }: { now: Date; since: Date }) =>
  sql`${subscriptions.id} in (
    select ${quotaUse.subscriptionId} from ${quotaUse} where ${quotaUse.serviceId} = ${serviceId}
      and ${quotaUse.isExhausted} and ${quotaUse.endsAt} > ${now.toISOString()}::timestamptz
    union all
    select ${subscriptionCalls.subscriptionId} from ${subscriptionCalls}
    where ${subscriptionCalls.serviceId} = ${serviceId} and ${subscriptionCalls.span} = 'hour'
      and ${subscriptionCalls.startsAt} >= ${since.toISOString()}::timestamptz
      and ${subscriptionCalls.outcome} = 'rate_limited')`;

const isNearQuota = (serviceId: string, now: Date) =>
  sql`${subscriptions.id} in (
    select ${quotaUse.subscriptionId} from ${quotaUse} where ${quotaUse.serviceId} = ${serviceId}
      and ${quotaUse.isWarned} and not ${quotaUse.isExhausted} and ${quotaUse.endsAt} > ${now.toISOString()}::timestamptz)`;

const hasEndingKey = (serviceId: string, { after, until }: { after: Date; until: Date }) =>
  and(
    eq(subscriptions.state, 'active'),
    eq(accounts.state, 'active'),
    inArray(
      subscriptions.id,
      sql`(select ${subscriptionKeys.subscriptionId} from ${subscriptionKeys}
        where ${has(subscriptionKeys, { serviceId, slot: [...KEY_SLOTS] })}
          and ${gt(subscriptionKeys.endsAt, after)} and ${lte(subscriptionKeys.endsAt, until)})`,
    ),
  );

const inCatalog = (serviceId: string, name: 'productId' | 'apiId') => {
  const table = name === 'productId' ? products : apis;
  return {
    column: subscriptions[name],
    idsOf: (text: string) =>
      sql`select ${table.id} from ${table} where ${table.serviceId} = ${serviceId} and lower(${table.id}) = lower(${text}::text)`,
  };
};

const columnsOf = (serviceId: string, now: Date): FilterColumns<SubscriptionField> => ({
  id: { column: subscriptions.id },
  name: { column: subscriptions.name },
  stateComment: { column: subscriptions.stateComment },
  ownerId: {
    column: resourceIdOfAccount,
    isNullable: true,
    reference: {
      column: subscriptions.accountId,
      idsOf: (text) => sql`select ${accounts.id} from ${accounts} where ${accounts.serviceId} = ${serviceId}
        and lower(${resourceIdOfAccount}) = lower(${text}::text) and ${accounts.state} <> 'deleted'`,
    },
  },
  productId: {
    column: subscriptions.productId,
    isNullable: true,
    reference: inCatalog(serviceId, 'productId'),
  },
  apiId: { column: subscriptions.apiId, isNullable: true, reference: inCatalog(serviceId, 'apiId') },
  // A subscription past its end is expired, even before a job has stored that.
  presentState: {
    column: sql`(case when ${subscriptions.state} = 'active' and ${subscriptions.endsAt} <= ${now.toISOString()}::timestamptz
      then 'expired' else ${subscriptions.state} end)`,
    text: 'exact',
  },
});
