// How developers sign in with a provider such as Entra ID or Google.
import { index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { at, refersTo, serviceId } from './columns.ts';
import { services } from './services.ts';

/** A person is the provider's issuer and subject: an email may change, or be given to another person. */
export const accountIdentities = pgTable(
  'account_identities',
  {
    serviceId: serviceId(),
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    accountId: text('account_id').notNull(),
    /** The provider's name in the settings when it was connected. */
    provider: text('provider').notNull(),
    /** What Azure calls such a provider: `Aad`, `Google`. */
    kind: text('kind').notNull(),
    /** What the person is called there, so that the developer recognises it; often an email. */
    shownName: text('shown_name').notNull(),
    linkedAt: at('linked_at').notNull(),
    lastUsedAt: at('last_used_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.issuer, t.subject] }),
    index('account_identities_of_account').on(t.serviceId, t.accountId),
    refersTo(accounts, t.serviceId, t.accountId),
  ],
);

/**
 * A browser that is on its way to a provider, or that came back as a person without an account. The row is deleted when it is used.
 */
export const signInAttempts = pgTable(
  'sign_in_attempts',
  {
    serviceId: serviceId().references(() => services.id),
    /** SHA-256 of the `state` that the provider sends back; of the browser's secret once it came back. In hex. */
    hash: text('hash').notNull(),
    /** SHA-256 of the secret in the browser's cookie, in hex. */
    browserHash: text('browser_hash').notNull(),
    /** What the answer is checked with, and what it is for. */
    sealed: text('sealed').notNull(),
    expiresAt: at('expires_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.hash] }), index('sign_in_attempts_by_end').on(t.expiresAt)],
);
