// How many calls there were, and how many of its quota a subscription has used. No address of a caller is kept.
import { sql } from 'drizzle-orm';
import { bigint, boolean, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, refersTo, serviceId } from './columns.ts';
import { services } from './services.ts';
import { subscriptions } from './subscriptions.ts';

/** Each hour is later added to its day and to its month, and goes. */
export const CALL_SPANS = ['hour', 'day', 'month'] as const;

const span = () => text('span', { enum: CALL_SPANS }).notNull();
/** The begin of its hour, day or month, in UTC. */
const startsAt = () => at('starts_at').notNull();
/** Empty: no API was known at the address. */
const apiId = () => text('api_id').notNull();
/** As in `domain/call-counts.ts`. */
const outcome = () => text('outcome').notNull();
const calls = () => bigint('calls', { mode: 'number' }).notNull();

/** Goes with its subscription. */
export const subscriptionCalls = pgTable(
  'subscription_calls',
  {
    serviceId: serviceId(),
    subscriptionId: text('subscription_id').notNull(),
    span: span(),
    startsAt: startsAt(),
    apiId: apiId(),
    outcome: outcome(),
    calls: calls(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.subscriptionId, t.span, t.startsAt, t.apiId, t.outcome] }),
    index('subscription_calls_by_time').on(t.serviceId, t.span, t.startsAt),
    refersTo(subscriptions, t.serviceId, t.subscriptionId).onDelete('cascade'),
  ],
);

/** In place of a product or API: the sum over all of them. No id has this character. */
export const ALL = '*';

/**
 * The same calls and those without a subscription, by product and API, and the sums that charts are drawn from. Stays when
 * subscriptions go.
 */
export const catalogCalls = pgTable(
  'catalog_calls',
  {
    serviceId: serviceId().references(() => services.id),
    span: span(),
    startsAt: startsAt(),
    /** Empty: by no product. */
    productId: text('product_id').notNull(),
    apiId: apiId(),
    outcome: outcome(),
    calls: calls(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.productId, t.apiId, t.span, t.startsAt, t.outcome] }),
    index('catalog_calls_by_time').on(t.serviceId, t.span, t.startsAt),
  ],
);

/** The last batch of calls that each gateway's agent has sent, so that one that comes twice adds nothing. */
export const callBatches = pgTable(
  'call_batches',
  {
    serviceId: serviceId().references(() => services.id),
    source: text('source').notNull(),
    number: bigint('number', { mode: 'number' }).notNull(),
    writtenAt: at('written_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.source] })],
);

/** What a subscription has used of its quota, in the last period that it was called in. */
export const quotaUse = pgTable(
  'quota_use',
  {
    serviceId: serviceId(),
    subscriptionId: text('subscription_id').notNull(),
    startsAt: at('starts_at').notNull(),
    endsAt: at('ends_at').notNull(),
    calls: calls(),
    /** Most of it is used. */
    isWarned: boolean('is_warned').notNull().default(false),
    /** Gateways hear of it by a trigger, and refuse until the period ends. */
    isExhausted: boolean('is_exhausted').notNull().default(false),
    /** The begin of the period in which its owner was told so, once even when the quota was raised between. */
    nearToldFor: at('near_told_for'),
    usedUpToldFor: at('used_up_told_for'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.subscriptionId] }),
    index('quota_use_exhausted').on(t.serviceId, t.endsAt).where(sql`is_exhausted`),
    refersTo(subscriptions, t.serviceId, t.subscriptionId).onDelete('cascade'),
  ],
);
