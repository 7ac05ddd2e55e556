// What the domain of an email decides about the person who signs up or accepts an invitation with it.
import { boolean, integer, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { ADMISSIONS } from '../../domain/rule.ts';
import { groups } from './accounts.ts';
import { products } from './catalog.ts';
import { at, refersTo, serviceId } from './columns.ts';
import { services } from './services.ts';

export const rules = pgTable(
  'rules',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    /** `acme.com`, `*.acme.com`, `disposable` or `*`. Domains in lower case and their `xn--` form. */
    domain: text('domain').notNull(),
    admission: text('admission', { enum: ADMISSIONS }).notNull(),
    /** Its subscriptions are active at once, whatever the product says. */
    approvesProducts: boolean('approves_products').notNull().default(false),
    version: integer('version').notNull().default(1),
    createdAt: at('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('rules_domain').on(t.serviceId, t.domain),
  ],
);

export const ruleGroups = pgTable(
  'rule_groups',
  {
    serviceId: serviceId(),
    ruleId: uuid('rule_id').notNull(),
    groupId: text('group_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.ruleId, t.groupId] }),
    refersTo(rules, t.serviceId, t.ruleId).onDelete('cascade'),
    refersTo(groups, t.serviceId, t.groupId).onDelete('cascade'),
  ],
);

export const ruleProducts = pgTable(
  'rule_products',
  {
    serviceId: serviceId(),
    ruleId: uuid('rule_id').notNull(),
    productId: text('product_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.ruleId, t.productId] }),
    refersTo(rules, t.serviceId, t.ruleId).onDelete('cascade'),
    refersTo(products, t.serviceId, t.productId).onDelete('cascade'),
  ],
);
