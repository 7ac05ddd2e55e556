// The right to call a product or API, its keys, and its usage.
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { OwnLimits } from '../../domain/call-limits.ts';
import { HELD_KEY_SLOTS } from '../../domain/key-life.ts';
import { accounts } from './accounts.ts';
import { apis, products } from './catalog.ts';
import { at, newest, refersTo, serviceId } from './columns.ts';
import { services } from './services.ts';

export const SUBSCRIPTION_STATES = [
  'submitted',
  'active',
  'suspended',
  'rejected',
  'cancelled',
  'expired',
] as const;

/** A deleted account keeps its subscriptions: they come back with it, or go when it is erased. */
export const subscriptions = pgTable(
  'subscriptions',
  {
    serviceId: serviceId().references(() => services.id),
    id: text('id').notNull(),
    /** Null: it has no owner. */
    accountId: text('account_id'),
    /** Its scope: a product, one API, or, with neither, all APIs. */
    productId: text('product_id'),
    apiId: text('api_id'),
    name: text('name').notNull(),
    /** As a program wrote them, and reads them again. Null: no program gave one. */
    scopeAsWritten: text('scope_as_written'),
    ownerAsWritten: text('owner_as_written'),
    /** Kept for programs; it traces nothing. */
    allowsTracing: boolean('allows_tracing').notNull().default(false),
    /** Its own state, which a block of the account leaves alone. One past `ends_at` counts as expired at once. */
    state: text('state', { enum: SUBSCRIPTION_STATES }).notNull(),
    /** Why it is in this state; the owner sees it. */
    stateComment: text('state_comment').notNull().default(''),
    stateChangedAt: at('state_changed_at').notNull(),
    stateChangedBy: text('state_changed_by').notNull(),
    startsAt: at('starts_at'),
    endsAt: at('ends_at'),
    /** Instead of its product's; null: as its product has it. */
    rate: jsonb('rate').$type<OwnLimits['rate']>(),
    quota: jsonb('quota').$type<OwnLimits['quota']>(),
    version: integer('version').notNull().default(1),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    index('subscriptions_any_case').on(t.serviceId, sql`lower(${t.id})`),
    index('subscriptions_by_creation').on(t.serviceId, newest(t.createdAt), newest(t.id)),
    index('subscriptions_of_account').on(t.serviceId, t.accountId),
    index('subscriptions_of_product').on(t.serviceId, t.productId),
    index('subscriptions_of_api').on(t.serviceId, t.apiId),
    index('subscriptions_waiting').on(t.serviceId, t.createdAt).where(sql`state = 'submitted'`),
    index('subscriptions_to_expire').on(t.endsAt).where(sql`state = 'active' and ends_at is not null`),
    refersTo(accounts, t.serviceId, t.accountId),
    refersTo(products, t.serviceId, t.productId),
    refersTo(apis, t.serviceId, t.apiId),
    check('subscriptions_one_scope', sql`num_nonnulls(product_id, api_id) <= 1`),
  ],
);

export const subscriptionKeys = pgTable(
  'subscription_keys',
  {
    serviceId: serviceId(),
    subscriptionId: text('subscription_id').notNull(),
    /** A former key was replaced, and goes on until its end. */
    slot: text('slot', { enum: HELD_KEY_SLOTS }).notNull(),
    /** SHA-256 in hex, for look-up. */
    hash: text('hash').notNull(),
    /** For its owner to read again. Empty for a former key. */
    sealed: text('sealed').notNull(),
    createdAt: at('created_at').notNull(),
    /** Null: as long as its subscription. */
    endsAt: at('ends_at'),
    /** How many days ahead its owner was told of the end last; null: not yet. */
    toldDays: integer('told_days'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.subscriptionId, t.slot] }),
    uniqueIndex('subscription_keys_hash').on(t.serviceId, t.hash),
    index('subscription_keys_to_end').on(t.serviceId, t.endsAt).where(sql`ends_at is not null`),
    refersTo(subscriptions, t.serviceId, t.subscriptionId).onDelete('cascade'),
  ],
);

/** The gateway check writes it in batches, apart from the subscription, so that no operation waits for it. */
export const subscriptionUsage = pgTable(
  'subscription_usage',
  {
    serviceId: serviceId(),
    subscriptionId: text('subscription_id').notNull(),
    lastUsedAt: at('last_used_at').notNull(),
    /** Calls that passed. */
    calls: bigint('calls', { mode: 'number' }).notNull(),
    /** When each key was used last, in milliseconds since 1970, by its mark. Only of keys that it has. */
    keyUses: jsonb('key_uses').$type<Record<string, number>>().notNull().default({}),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.subscriptionId] }),
    refersTo(subscriptions, t.serviceId, t.subscriptionId).onDelete('cascade'),
  ],
);
