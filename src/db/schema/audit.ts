// The audit: rows, their erasable details, and their chain.
import { sql } from 'drizzle-orm';
import { bigint, index, jsonb, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { approvals } from './approvals.ts';
import { at, refersTo, serviceId } from './columns.ts';
import { services } from './services.ts';

/** Append-only by trigger. Personal data is in `audit_details`, which erasure may empty. */
export const audit = pgTable(
  'audit',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    at: at('at').notNull(),
    operation: text('operation').notNull(),
    outcome: text('outcome', { enum: ['done', 'asked', 'refused'] }).notNull(),
    /** The refusal's code. */
    code: text('code'),
    actorKind: text('actor_kind').notNull(),
    actorId: text('actor_id').notNull(),
    actorName: text('actor_name').notNull(),
    targetKind: text('target_kind'),
    targetId: text('target_id'),
    requestId: text('request_id').notNull(),
    /** The approval of a second operator, which names its requester and approver. */
    approvalId: uuid('approval_id'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    index('audit_of_target').on(t.serviceId, t.targetKind, t.targetId, t.id),
    index('audit_of_target_any_case')
      .on(t.serviceId, t.targetKind, sql`lower(${t.targetId})`)
      .where(sql`target_id <> lower(target_id)`),
    index('audit_by_actor').on(t.serviceId, t.actorId, t.id),
    index('audit_refused').on(t.serviceId, t.id).where(sql`outcome = 'refused'`),
    refersTo(approvals, t.serviceId, t.approvalId),
  ],
);

export const auditDetails = pgTable(
  'audit_details',
  {
    serviceId: serviceId(),
    auditId: uuid('audit_id').notNull(),
    reason: text('reason').notNull().default(''),
    before: jsonb('before').$type<Record<string, unknown>>(),
    after: jsonb('after').$type<Record<string, unknown>>(),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.auditId] }), refersTo(audit, t.serviceId, t.auditId)],
);

/**
 * The chain that shows a changed, removed or added audit row: each link's hash covers the row and the link before it.
 * A job adds them, so that no operation waits for another. Append-only by trigger.
 */
export const auditLinks = pgTable(
  'audit_links',
  {
    serviceId: serviceId().references(() => services.id),
    /** 1, 2, 3 … within the service. */
    number: bigint('number', { mode: 'number' }).notNull(),
    auditId: uuid('audit_id').notNull(),
    hash: text('hash').notNull(),
    linkedAt: at('linked_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.number] }),
    uniqueIndex('audit_links_of_row').on(t.serviceId, t.auditId),
  ],
);

/**
 * The rows that wait for a link. The statement that writes an audit row writes this one too, so finding them needs no
 * clock, and a row that was added in another way never gets a link.
 */
export const auditUnlinked = pgTable(
  'audit_unlinked',
  { serviceId: serviceId(), auditId: uuid('audit_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.auditId] }),
    refersTo(audit, t.serviceId, t.auditId).onDelete('cascade'),
  ],
);
