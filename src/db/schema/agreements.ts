// Which terms a developer agreed to, and when.
import { sql } from 'drizzle-orm';
import { check, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { accounts } from './accounts.ts';
import { products } from './catalog.ts';
import { at, refersTo, serviceId } from './columns.ts';
import { services } from './services.ts';

/** Each text of a product's terms that was agreed to. It outlives the product: it's what the agreement says. */
export const termsTexts = pgTable(
  'terms_texts',
  {
    serviceId: serviceId().references(() => services.id),
    /** SHA-256 of the text, in hex. */
    version: text('version').notNull(),
    text: text('text').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.version] }),
    check('terms_texts_version', sql`version = encode(sha256(convert_to(text, 'UTF8')), 'hex')`),
  ],
);

/** By account and not by subscription: whoever owns one next has agreed to nothing yet. */
export const productAgreements = pgTable(
  'product_agreements',
  {
    serviceId: serviceId(),
    accountId: text('account_id').notNull(),
    productId: text('product_id').notNull(),
    termsVersion: text('terms_version').notNull(),
    agreedAt: at('agreed_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.accountId, t.productId, t.termsVersion] }),
    index('product_agreements_by_product').on(t.serviceId, t.productId),
    index('product_agreements_by_version').on(t.serviceId, t.termsVersion),
    refersTo(accounts, t.serviceId, t.accountId),
    refersTo(products, t.serviceId, t.productId).onDelete('cascade'),
    refersTo({ serviceId: termsTexts.serviceId, id: termsTexts.version }, t.serviceId, t.termsVersion),
  ],
);

/** The terms of the portal itself: `TERMS_VERSION`, and where they were then. */
export const portalAgreements = pgTable(
  'portal_agreements',
  {
    serviceId: serviceId(),
    accountId: text('account_id').notNull(),
    version: text('version').notNull(),
    url: text('url').notNull(),
    agreedAt: at('agreed_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.accountId, t.version] }),
    refersTo(accounts, t.serviceId, t.accountId),
  ],
);
