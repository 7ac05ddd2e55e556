// Webhooks: where other systems hear of what happened, and each event on its way to one of them.
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { audit } from './audit.ts';
import { at, refersTo, serviceId } from './columns.ts';
import { services } from './services.ts';

const WEBHOOK_TROUBLES = ['gone', 'given_up', 'failing'] as const;

export const webhooks = pgTable(
  'webhooks',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    version: integer('version').notNull().default(1),
    name: text('name').notNull(),
    url: text('url').notNull(),
    /** The types that it gets; none for all. */
    types: text('types').array().notNull(),
    /** Whether events about an account have the names and email. */
    includesPersonal: boolean('includes_personal').notNull(),
    state: text('state', { enum: ['active', 'paused'] }).notNull(),
    pausedBecause: text('paused_because', { enum: ['operator', 'gone', 'failing'] }),
    sealedSecret: text('sealed_secret').notNull(),
    /** Signs too, until the moment beside it, so that a receiver can change its secret in between. */
    sealedFormerSecret: text('sealed_former_secret'),
    formerSecretUntil: at('former_secret_until'),
    /** The number of the last audit row that was looked at for it. */
    position: bigint('position', { mode: 'number' }).notNull(),
    /** What happened before is not sent. */
    sendsSince: at('sends_since').notNull(),
    /** When the first attempt failed since one succeeded. */
    failingSince: at('failing_since'),
    /** What the operators must hear of it and haven't been told. */
    untold: text('untold', { enum: WEBHOOK_TROUBLES }),
    /** When they heard that an event was given up; once for each time that it fails. */
    toldAt: at('told_at'),
    createdAt: at('created_at').notNull(),
    createdBy: text('created_by').notNull(),
    changedAt: at('changed_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('webhooks_name').on(t.serviceId, sql`lower(${t.name})`),
  ],
);

/** An event for a webhook. Its content is made of the audit row, each time that it is sent. */
export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    serviceId: serviceId(),
    id: uuid('id').notNull(),
    webhookId: uuid('webhook_id').notNull(),
    /** Null for a test. */
    auditId: uuid('audit_id'),
    number: bigint('number', { mode: 'number' }),
    type: text('type').notNull(),
    state: text('state', { enum: ['waiting', 'delivered', 'failed'] }).notNull(),
    attempts: integer('attempts').notNull().default(0),
    /** Attempts are made for three days from then on. */
    queuedAt: at('queued_at').notNull(),
    nextAttemptAt: at('next_attempt_at').notNull(),
    leasedUntil: at('leased_until'),
    /** How the last attempt ended. */
    lastCode: text('last_code'),
    lastStatus: integer('last_status'),
    settledAt: at('settled_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('webhook_deliveries_of_row').on(t.serviceId, t.webhookId, t.auditId),
    index('webhook_deliveries_due')
      .on(t.serviceId, t.webhookId, t.nextAttemptAt)
      .where(sql`state = 'waiting'`),
    index('webhook_deliveries_settled').on(t.serviceId, t.settledAt),
    refersTo(webhooks, t.serviceId, t.webhookId).onDelete('cascade'),
    refersTo(audit, t.serviceId, t.auditId),
  ],
);
