// Developers who are signed in to the portal.
import { index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { at, refersTo, serviceId } from './columns.ts';

/** A session that has ended has no row. */
export const sessions = pgTable(
  'sessions',
  {
    serviceId: serviceId(),
    id: uuid('id').notNull(),
    accountId: text('account_id').notNull(),
    /** SHA-256 of the cookie's secret, in hex. */
    hash: text('hash').notNull(),
    /** The browser's user agent, so that the developer recognises it. */
    agent: text('agent').notNull(),
    createdAt: at('created_at').notNull(),
    lastSeenAt: at('last_seen_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    /** The provider that the developer signed in with, by its name in the settings. Null: another way. */
    provider: text('provider'),
    /** The provider's ID token, for signing out there too. */
    sealedIdToken: text('sealed_id_token'),
    /** When the developer last proved in this browser who they are. Null: a provider only said that they were signed in there. */
    provedAt: at('proved_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('sessions_hash').on(t.hash),
    index('sessions_of_account').on(t.serviceId, t.accountId),
    index('sessions_by_end').on(t.expiresAt),
    refersTo(accounts, t.serviceId, t.accountId),
  ],
);
