// Accounts and their groups.
import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { at, newest, refersTo, serviceId } from './columns.ts';
import { services } from './services.ts';

/** One card for many sign-ups within an hour. Open until none of them waits any more. */
export const signUpSummaries = pgTable(
  'sign_up_summaries',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    createdAt: at('created_at').notNull(),
    endedAt: at('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('sign_up_summaries_open').on(t.serviceId).where(sql`ended_at is null`),
  ],
);

export const accounts = pgTable(
  'accounts',
  {
    serviceId: serviceId().references(() => services.id),
    id: text('id').notNull(),
    /** Its id for programs, where the id of its row belonged to an account that was deleted. Null: the same as `id`. */
    resourceId: text('resource_id'),
    /** The spelling that mail is sent to, and its canonical form for look-up. Both empty once erased. */
    email: text('email').notNull(),
    emailCanonical: text('email_canonical').notNull(),
    firstName: text('first_name').notNull(),
    lastName: text('last_name').notNull(),
    note: text('note').notNull().default(''),
    /** The BCP 47 tag of what the developer reads: pages and mails. Null: nothing was chosen yet. */
    language: text('language'),
    /** When the developer unsubscribed from news. Null: they get it. */
    newsRefusedAt: at('news_refused_at'),
    state: text('state', { enum: ['active', 'blocked', 'pending', 'deleted'] }).notNull(),
    /** Why it is in this state, for operators only. */
    stateReason: text('state_reason').notNull().default(''),
    stateChangedAt: at('state_changed_at').notNull(),
    stateChangedBy: text('state_changed_by').notNull(),
    /** When the block ends automatically. */
    blockEndsAt: at('block_ends_at'),
    /** What comes back when a block ends or is undone. */
    stateBeforeBlock: text('state_before_block', { enum: ['active', 'pending'] }),
    /** Whether the developer was told of the block, and so is told of its end. */
    toldOfBlock: boolean('told_of_block').notNull().default(false),
    emailConfirmedAt: at('email_confirmed_at'),
    /** When the developer signed up for it. */
    signedUpAt: at('signed_up_at'),
    /** When an operator approved the sign-up, or none had to. */
    signUpApprovedAt: at('sign_up_approved_at'),
    /** The shared card that shows it while it waits, instead of its own. */
    signUpSummaryId: uuid('sign_up_summary_id'),
    passwordHash: text('password_hash'),
    /** A password that an operator typed must be replaced at the first sign-in. */
    passwordMustChange: boolean('password_must_change').notNull().default(false),
    /** Counts every change. A button carries the version that it was drawn for. */
    version: integer('version').notNull().default(1),
    registeredAt: at('registered_at').notNull(),
    updatedAt: at('updated_at').notNull(),
    deletedAt: at('deleted_at'),
    /** A deleted account is in no group; these come back with it. */
    groupIdsWhenDeleted: text('group_ids_when_deleted').array(),
    erasedAt: at('erased_at'),
    searchText: text('search_text')
      .notNull()
      .generatedAlwaysAs(sql`lower(first_name || ' ' || last_name || ' ' || email)`),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('accounts_resource')
      .on(t.serviceId, sql`coalesce(${t.resourceId}, ${t.id})`)
      .where(sql`state <> 'deleted'`),
    index('accounts_resource_any_case')
      .on(t.serviceId, sql`lower(coalesce(${t.resourceId}, ${t.id}))`)
      .where(sql`state <> 'deleted'`),
    index('accounts_former_any_case')
      .on(t.serviceId, sql`lower(${t.id})`)
      .where(sql`state = 'deleted' or resource_id is not null`),
    uniqueIndex('accounts_email').on(t.serviceId, t.emailCanonical).where(sql`state <> 'deleted'`),
    index('accounts_by_registration')
      .on(t.serviceId, newest(t.registeredAt), newest(t.id))
      .where(sql`state <> 'deleted'`),
    index('accounts_by_state').on(t.serviceId, t.state, newest(t.registeredAt), newest(t.id)),
    index('accounts_to_erase').on(t.deletedAt).where(sql`state = 'deleted' and erased_at is null`),
    index('accounts_search').using('gin', t.searchText.op('gin_trgm_ops')).where(sql`state <> 'deleted'`),
    // Only rows that folding changes, so that the index was made in a second on a full database (decision 0083).
    index('accounts_search_folded')
      .using('gin', sql`fold_text(search_text) gin_trgm_ops`)
      .where(sql`state <> 'deleted' and octet_length(search_text) > char_length(search_text)`),
    index('accounts_unconfirmed_sign_ups')
      .on(t.signedUpAt)
      .where(sql`state = 'pending' and signed_up_at is not null and email_confirmed_at is null`),
    index('accounts_waiting_sign_ups')
      .on(t.serviceId, t.emailConfirmedAt)
      .where(sql`state = 'pending' and signed_up_at is not null and email_confirmed_at is not null`),
    index('accounts_by_sign_up').on(t.serviceId, newest(t.signedUpAt)).where(sql`signed_up_at is not null`),
    index('accounts_of_summary')
      .on(t.serviceId, t.signUpSummaryId)
      .where(sql`sign_up_summary_id is not null`),
    refersTo(signUpSummaries, t.serviceId, t.signUpSummaryId),
    index('accounts_block_ends').on(t.blockEndsAt).where(sql`block_ends_at is not null`),
    check(
      'accounts_block',
      sql`state = 'blocked' or (block_ends_at is null and state_before_block is null and not told_of_block)`,
    ),
    check('accounts_language', sql`language ~ '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$'`),
    check('accounts_deleted_at', sql`(state = 'deleted') = (deleted_at is not null)`),
  ],
);

/** A trigger writes increments, so that no two changes wait for one row; a job adds them up. */
export const accountCounts = pgTable(
  'account_counts',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    serviceId: serviceId(),
    state: text('state').notNull(),
    change: bigint('change', { mode: 'number' }).notNull(),
  },
  (t) => [index('account_counts_by_service').on(t.serviceId, t.state)],
);

export const groups = pgTable(
  'groups',
  {
    serviceId: serviceId().references(() => services.id),
    id: text('id').notNull(),
    name: text('name').notNull(),
    description: text('description').notNull().default(''),
    type: text('type', { enum: ['system', 'custom'] }).notNull(),
    version: integer('version').notNull().default(1),
    createdAt: at('created_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('groups_name').on(t.serviceId, sql`lower(${t.name})`),
    index('groups_any_case').on(t.serviceId, sql`lower(${t.id})`),
  ],
);

/** Custom groups only: every account is in Developers without a row. */
export const accountGroups = pgTable(
  'account_groups',
  { serviceId: serviceId(), accountId: text('account_id').notNull(), groupId: text('group_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.accountId, t.groupId] }),
    index('account_groups_by_group').on(t.serviceId, t.groupId, t.accountId),
    refersTo(accounts, t.serviceId, t.accountId).onDelete('cascade'),
    refersTo(groups, t.serviceId, t.groupId).onDelete('cascade'),
  ],
);
