// The mirror of an Azure API Management instance: what is bound, what both sides agreed on, what waits to be written there,
// and the differences that wait for an operator.
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { MIRRORED_KINDS, type ThingMemory } from '../../domain/azure-mirror.ts';
import { at, serviceId } from './columns.ts';
import { services } from './services.ts';

export const MIRROR_MODES = ['watch', 'add', 'full'] as const;

/** The instance that a service is bound to, and how far its comparison is. */
export const azureInstances = pgTable('azure_instances', {
  serviceId: text('service_id')
    .primaryKey()
    .references(() => services.id),
  /** `/subscriptions/…/resourceGroups/…/providers/Microsoft.ApiManagement/service/NAME`. */
  path: text('path').notNull(),
  mode: text('mode', { enum: MIRROR_MODES }).notNull().default('watch'),
  boundAt: at('bound_at').notNull(),
  /** Counts the comparisons of everything; the one that is under way, or the last one. */
  pass: integer('pass').notNull().default(0),
  /** What it reads at present: a kind, or `missing`: the things that it did not see. Null: none is under way. */
  phase: text('phase', { enum: [...MIRRORED_KINDS, 'missing'] }),
  /** Where it goes on within the phase. Null: at its beginning. */
  cursor: text('cursor'),
  /** Records that it has seen, by kind. */
  counts: jsonb('counts').$type<Record<string, number>>().notNull().default({}),
  passBegunAt: at('pass_begun_at'),
  passEndedAt: at('pass_ended_at'),
  /** Null until the first one ended: until then the mode can't go up. */
  firstPassEndedAt: at('first_pass_ended_at'),
  /** A process reads a page until then. */
  leasedUntil: at('leased_until'),
  /** Azure asked for silence, or doesn't answer: nothing is asked before. */
  holdUntil: at('hold_until'),
  /** Why the last call failed; null once one succeeded. */
  trouble: text('trouble'),
  troubleSince: at('trouble_since'),
});

/** One thing that is mirrored. It holds fingerprints of values and no values, so nothing personal but ids. */
export const azureThings = pgTable(
  'azure_things',
  {
    serviceId: serviceId().references(() => azureInstances.serviceId, { onDelete: 'cascade' }),
    kind: text('kind', { enum: MIRRORED_KINDS }).notNull(),
    /** Azure's id in lower case. */
    id: text('id').notNull(),
    /** As Azure spells it. */
    azureId: text('azure_id').notNull(),
    /** The id of our row; null: there is none. */
    ourId: text('our_id'),
    memory: jsonb('memory').$type<ThingMemory>().notNull(),
    /** Field → fingerprint of what Azure had when it was last read; empty: it is not there. */
    seen: jsonb('seen').$type<Record<string, string>>().notNull().default({}),
    seenAt: at('seen_at').notNull(),
    /** The comparison that saw it last. */
    seenInPass: integer('seen_in_pass').notNull().default(0),
    /** When the answer to our last write came. */
    writtenAt: at('written_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.kind, t.id] }),
    uniqueIndex('azure_things_of_ours').on(t.serviceId, t.kind, t.ourId),
    index('azure_things_by_pass').on(t.serviceId, t.seenInPass, t.kind, t.id),
  ],
);

export const ORDER_STATES = ['waiting', 'done', 'refused', 'kept'] as const;

/**
 * Something of ours that Azure must be brought to. A trigger writes it in the transaction of the change, so it is there if
 * and only if the change is. It says which thing, not what to write: a change that comes while it waits supersedes it.
 */
export const azureOrders = pgTable(
  'azure_orders',
  {
    serviceId: serviceId().references(() => azureInstances.serviceId, { onDelete: 'cascade' }),
    number: bigint('number', { mode: 'number' }).notNull().generatedAlwaysAsIdentity(),
    kind: text('kind', { enum: MIRRORED_KINDS }).notNull(),
    /** The id of our row. */
    ourId: text('our_id').notNull(),
    /** Orders of one lane are sent one after the other: an account with its subscriptions, or one thing. */
    lane: text('lane').notNull(),
    /** Half of the lanes each, so that two jobs send at a time. */
    half: integer('half').notNull(),
    /** A block goes before everything else. */
    isUrgent: boolean('is_urgent').notNull().default(false),
    /** `kept`: the mode doesn't allow it, or a person has to decide first. */
    state: text('state', { enum: ORDER_STATES }).notNull().default('waiting'),
    /** Counts the changes that it stands for. An answer to an earlier one doesn't settle it. */
    revision: integer('revision').notNull().default(1),
    attempts: integer('attempts').notNull().default(0),
    notBefore: at('not_before').notNull().defaultNow(),
    leasedUntil: at('leased_until'),
    /** Of the last failure: our code, and Azure's words. */
    code: text('code'),
    words: text('words'),
    createdAt: at('created_at').notNull().defaultNow(),
    changedAt: at('changed_at').notNull().defaultNow(),
    settledAt: at('settled_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.number] }),
    uniqueIndex('azure_orders_waiting').on(t.serviceId, t.kind, t.ourId).where(sql`state = 'waiting'`),
    index('azure_orders_due')
      .on(t.serviceId, t.half, t.isUrgent.desc(), t.number)
      .where(sql`state = 'waiting'`),
    index('azure_orders_of_lane').on(t.serviceId, t.lane, t.number),
    index('azure_orders_settled').on(t.settledAt).where(sql`settled_at is not null`),
    check('azure_orders_end', sql`(state = 'waiting') = (settled_at is null)`),
  ],
);

export const DRIFT_STATES = ['open', 'taken', 'kept', 'left', 'gone'] as const;

/** A difference between the two sides, and how it was decided: one field of one thing. */
export const azureDrifts = pgTable(
  'azure_drifts',
  {
    serviceId: serviceId(),
    id: uuid('id').notNull(),
    kind: text('kind', { enum: MIRRORED_KINDS }).notNull(),
    thingId: text('thing_id').notNull(),
    /** A key of the record, or `exists`. */
    field: text('field').notNull(),
    ours: text('ours').notNull(),
    theirs: text('theirs').notNull(),
    /** The label of the thing and both values, for people; emptied at the end. */
    sealed: text('sealed'),
    /** Who changed it there and when, as far as Azure's activity log tells. */
    changedBy: text('changed_by'),
    changedAt: at('changed_at'),
    /** The same field went back and forth three times in an hour. */
    isFight: boolean('is_fight').notNull().default(false),
    /** `gone`: both sides became equal. */
    state: text('state', { enum: DRIFT_STATES }).notNull().default('open'),
    settledBy: text('settled_by').notNull().default(''),
    settledByName: text('settled_by_name').notNull().default(''),
    version: integer('version').notNull().default(1),
    foundAt: at('found_at').notNull(),
    endedAt: at('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('azure_drifts_open').on(t.serviceId, t.kind, t.thingId, t.field).where(sql`state = 'open'`),
    index('azure_drifts_by_age').on(t.serviceId, t.foundAt),
    // Each thing that is deleted looks for its own.
    index('azure_drifts_of_thing').on(t.serviceId, t.kind, t.thingId),
    foreignKey({
      columns: [t.serviceId, t.kind, t.thingId],
      foreignColumns: [azureThings.serviceId, azureThings.kind, azureThings.id],
    }).onDelete('cascade'),
    check('azure_drifts_end', sql`(state = 'open') = (ended_at is null)`),
  ],
);
