// APIs, and the products that bundle them.
import { sql } from 'drizzle-orm';
import {
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import type { EndpointDetail } from '../../domain/api-document.ts';
import type { Quota, Rate } from '../../domain/call-limits.ts';
import { groups } from './accounts.ts';
import { at, refersTo, serviceId } from './columns.ts';
import { services } from './services.ts';

export const apis = pgTable(
  'apis',
  {
    serviceId: serviceId().references(() => services.id),
    id: text('id').notNull(),
    name: text('name').notNull(),
    /** Where it begins behind the gateway, without slashes at its ends: `orders/v1`. Empty: everything. */
    path: text('path').notNull(),
    /** Where a call carries its key, instead of where every API does: the names of a header and of a query parameter. */
    keyHeader: text('key_header'),
    keyQuery: text('key_query'),
    /** What else a program gave, by Azure's names; returned as it was given. */
    properties: jsonb('properties').$type<Record<string, unknown>>().notNull().default({}),
    /** SHA-256 of the OpenAPI document as it was given; null: it has none. */
    documentHash: text('document_hash'),
    version: integer('version').notNull().default(1),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('apis_path').on(t.serviceId, sql`lower(${t.path} collate "C")`),
    index('apis_any_case').on(t.serviceId, sql`lower(${t.id})`),
    index('apis_by_name').on(t.serviceId, sql`lower(${t.name})`, t.id),
  ],
);

/** The OpenAPI document of an API. Its rows and those of its endpoints are replaced together. */
export const apiDocuments = pgTable(
  'api_documents',
  {
    serviceId: serviceId(),
    apiId: text('api_id').notNull(),
    /** The whole document in JSON, whatever it was given in. */
    document: text('document').notNull(),
    /** Of OpenAPI, such as `3.1.0`. */
    openapiVersion: text('openapi_version').notNull(),
    /** What it says of itself, without markup. */
    description: text('description').notNull(),
    endpointCount: integer('endpoint_count').notNull(),
    createdAt: at('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.apiId] }),
    refersTo(apis, t.serviceId, t.apiId).onDelete('cascade'),
  ],
);

/** The endpoints in such a document (Azure's operations), as the reference in the portal shows them. */
export const apiEndpoints = pgTable(
  'api_endpoints',
  {
    serviceId: serviceId(),
    apiId: text('api_id').notNull(),
    id: text('id').notNull(),
    /** In the reference: by tag, then as the document has them. */
    position: integer('position').notNull(),
    method: text('method').notNull(),
    path: text('path').notNull(),
    /** Empty: none. */
    tag: text('tag').notNull(),
    summary: text('summary').notNull(),
    isDeprecated: boolean('is_deprecated').notNull(),
    detail: jsonb('detail').$type<EndpointDetail>().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.apiId, t.id] }),
    index('api_endpoints_by_position').on(t.serviceId, t.apiId, t.position),
    foreignKey({
      columns: [t.serviceId, t.apiId],
      foreignColumns: [apiDocuments.serviceId, apiDocuments.apiId],
    }).onDelete('cascade'),
  ],
);

export const products = pgTable(
  'products',
  {
    serviceId: serviceId().references(() => services.id),
    id: text('id').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    /** A developer agrees to them before they subscribe; empty: there are none. */
    terms: text('terms').notNull().default(''),
    /** Since when they are as they are; a trigger sets it. Null: there were never any. */
    termsChangedAt: at('terms_changed_at'),
    isPublished: boolean('is_published').notNull(),
    isSubscriptionRequired: boolean('is_subscription_required').notNull(),
    isApprovalRequired: boolean('is_approval_required').notNull(),
    /** Subscriptions that one account may have at a time; null: any number. */
    subscriptionsLimit: integer('subscriptions_limit'),
    /** Calls that each subscription may make; null: any number. */
    rate: jsonb('rate').$type<Rate>(),
    quota: jsonb('quota').$type<Quota>(),
    /** How long the keys of its subscriptions work, from when they were made; null: without an end. */
    keysExpireAfterDays: integer('keys_expire_after_days'),
    /** The document in which a program set them. Null: none did. */
    policyAsWritten: text('policy_as_written'),
    version: integer('version').notNull().default(1),
    createdAt: at('created_at').notNull(),
    updatedAt: at('updated_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    index('products_any_case').on(t.serviceId, sql`lower(${t.id})`),
    index('products_by_name').on(t.serviceId, sql`lower(${t.name})`, t.id),
  ],
);

/** What a program calls the link; null: the id of what it leads to. */
const linkName = () => text('link_name');

export const productApis = pgTable(
  'product_apis',
  {
    serviceId: serviceId(),
    productId: text('product_id').notNull(),
    apiId: text('api_id').notNull(),
    linkName: linkName(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.productId, t.apiId] }),
    index('product_apis_by_api').on(t.serviceId, t.apiId),
    refersTo(products, t.serviceId, t.productId).onDelete('cascade'),
    refersTo(apis, t.serviceId, t.apiId).onDelete('cascade'),
  ],
);

/** Who sees a product in the portal. Doesn't decide about calls: those need a subscription. */
export const productGroups = pgTable(
  'product_groups',
  {
    serviceId: serviceId(),
    productId: text('product_id').notNull(),
    groupId: text('group_id').notNull(),
    linkName: linkName(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.productId, t.groupId] }),
    index('product_groups_by_group').on(t.serviceId, t.groupId),
    refersTo(products, t.serviceId, t.productId).onDelete('cascade'),
    refersTo(groups, t.serviceId, t.groupId).onDelete('cascade'),
  ],
);
