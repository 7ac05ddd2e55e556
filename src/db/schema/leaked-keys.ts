// Keys of subscriptions, and tokens of programs, that a scanner of leaked secrets found in public.
import { sql } from 'drizzle-orm';
import {
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { at, refersTo, serviceId } from './columns.ts';
import { services } from './services.ts';
import { subscriptions } from './subscriptions.ts';
import { tokens } from './tokens.ts';

export const LEAK_STATES = ['open', 'ended', 'left', 'lapsed'] as const;

/** Where a scanner saw a key: an address, empty when it doesn't say, and what is there, such as `commit`. */
export type LeakPlace = { url: string; source: string };

/** One row a key, however often it is reported. The key itself isn't here. */
export const leakedKeys = pgTable(
  'leaked_keys',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    /** SHA-256 in hex. It stays when the key is replaced, so that a late report is recognised. */
    hash: text('hash').notNull(),
    /** The subscription whose key it is, or the token. */
    subscriptionId: text('subscription_id'),
    /** Which of the subscription's keys it was when it was reported. */
    slot: text('slot'),
    tokenId: uuid('token_id'),
    /** The first of them. */
    places: jsonb('places').$type<LeakPlace[]>().notNull(),
    /** How many places were reported, each once. */
    placeCount: integer('place_count').notNull(),
    /**
     * `ended`: a person or the rule ended the key. `left`: an operator said that it may go on. `lapsed`: it lets no call pass,
     * though no person ended it for this; it is open again when it does.
     */
    state: text('state', { enum: LEAK_STATES }).notNull(),
    settledBy: text('settled_by').notNull().default(''),
    version: integer('version').notNull().default(1),
    reportedAt: at('reported_at').notNull(),
    changedAt: at('changed_at').notNull(),
    settledAt: at('settled_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('leaked_keys_hash').on(t.serviceId, t.hash),
    index('leaked_keys_of_subscription').on(t.serviceId, t.subscriptionId),
    index('leaked_keys_of_token').on(t.serviceId, t.tokenId),
    refersTo(subscriptions, t.serviceId, t.subscriptionId).onDelete('cascade'),
    refersTo(tokens, t.serviceId, t.tokenId),
    check('leaked_keys_one_subject', sql`num_nonnulls(subscription_id, token_id) = 1`),
    check('leaked_keys_end', sql`(state = 'open') = (settled_at is null)`),
  ],
);
