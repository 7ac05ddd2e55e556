// Every table. Each key begins with the service, so that no row can refer to a row of another service.
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
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';

const at = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const serviceId = () => text('service_id').notNull();

/** One API Management service: the tenant. */
export const services = pgTable('services', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  /** Tells a wrong SECRET_KEY at start from the right one. */
  secretKeyCheck: text('secret_key_check').notNull(),
  createdAt: at('created_at').notNull(),
});

/** A Slack workspace and the service it is bound to. */
export const workspaces = pgTable('workspaces', {
  teamId: text('team_id').primaryKey(),
  serviceId: serviceId().references(() => services.id),
  /** `bound`, or `revoked` once Slack said that our token is gone. */
  state: text('state', { enum: ['bound', 'revoked'] }).notNull(),
  /** SHA-256 of the bot token: a restart with another token binds again, one with the revoked token doesn't. */
  tokenHash: text('token_hash').notNull(),
  changedAt: at('changed_at').notNull(),
});

export const operators = pgTable(
  'operators',
  {
    serviceId: serviceId().references(() => services.id),
    teamId: text('team_id').notNull(),
    slackUserId: text('slack_user_id').notNull(),
    name: text('name').notNull(),
    /** Null: withdrawn. The row stays, so that the settings don't grant the role again. */
    role: text('role', { enum: ['admin', 'approver'] }),
    grantedAt: at('granted_at').notNull(),
    changedAt: at('changed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.teamId, t.slackUserId] })],
);

export const accounts = pgTable(
  'accounts',
  {
    serviceId: serviceId().references(() => services.id),
    id: text('id').notNull(),
    /** The spelling that mail is sent to, and its canonical form for look-up. Both empty once erased. */
    email: text('email').notNull(),
    emailCanonical: text('email_canonical').notNull(),
    firstName: text('first_name').notNull(),
    lastName: text('last_name').notNull(),
    note: text('note').notNull().default(''),
    state: text('state', { enum: ['active', 'blocked', 'pending', 'deleted'] }).notNull(),
    /** Why it is in this state, for operators only. */
    stateReason: text('state_reason').notNull().default(''),
    stateChangedAt: at('state_changed_at').notNull(),
    stateChangedBy: text('state_changed_by').notNull(),
    /** When a block ends by itself. */
    blockEndsAt: at('block_ends_at'),
    /** What comes back when a block ends or is undone. */
    stateBeforeBlock: text('state_before_block', { enum: ['active', 'pending'] }),
    /** Whether the developer was told of the block, and so is told of its end. */
    toldOfBlock: boolean('told_of_block').notNull().default(false),
    emailConfirmedAt: at('email_confirmed_at'),
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
    uniqueIndex('accounts_email').on(t.serviceId, t.emailCanonical).where(sql`state <> 'deleted'`),
    index('accounts_by_registration')
      .on(t.serviceId, t.registeredAt.desc().nullsFirst(), t.id.desc().nullsFirst())
      .where(sql`state <> 'deleted'`),
    index('accounts_by_state').on(
      t.serviceId,
      t.state,
      t.registeredAt.desc().nullsFirst(),
      t.id.desc().nullsFirst(),
    ),
    index('accounts_to_erase').on(t.deletedAt).where(sql`state = 'deleted' and erased_at is null`),
    index('accounts_search').using('gin', t.searchText.op('gin_trgm_ops')).where(sql`state <> 'deleted'`),
    index('accounts_block_ends').on(t.blockEndsAt).where(sql`block_ends_at is not null`),
    check(
      'accounts_block',
      sql`state = 'blocked' or (block_ends_at is null and state_before_block is null and not told_of_block)`,
    ),
    check('accounts_deleted_at', sql`(state = 'deleted') = (deleted_at is not null)`),
  ],
);

/** Kept by a trigger as increments, so that no two changes wait for one row; a job folds them together. */
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
  ],
);

/** Custom groups only: Developers holds every account by itself. */
export const accountGroups = pgTable(
  'account_groups',
  { serviceId: serviceId(), accountId: text('account_id').notNull(), groupId: text('group_id').notNull() },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.accountId, t.groupId] }),
    index('account_groups_by_group').on(t.serviceId, t.groupId, t.accountId),
    foreignKey({
      columns: [t.serviceId, t.accountId],
      foreignColumns: [accounts.serviceId, accounts.id],
    }).onDelete('cascade'),
    foreignKey({ columns: [t.serviceId, t.groupId], foreignColumns: [groups.serviceId, groups.id] }).onDelete(
      'cascade',
    ),
  ],
);

export const invitations = pgTable(
  'invitations',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    email: text('email').notNull(),
    emailCanonical: text('email_canonical').notNull(),
    firstName: text('first_name').notNull(),
    lastName: text('last_name').notNull(),
    personalLine: text('personal_line').notNull().default(''),
    /** `open` until something ends it; an open one past `expires_at` counts as expired. */
    state: text('state', { enum: ['open', 'accepted', 'revoked', 'expired'] }).notNull(),
    invitedBy: text('invited_by').notNull(),
    invitedByName: text('invited_by_name').notNull(),
    accountId: text('account_id'),
    version: integer('version').notNull().default(1),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    endedAt: at('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('invitations_open').on(t.serviceId, t.emailCanonical).where(sql`state = 'open'`),
    index('invitations_by_state').on(
      t.serviceId,
      t.state,
      t.createdAt.desc().nullsFirst(),
      t.id.desc().nullsFirst(),
    ),
    index('invitations_by_email').on(t.serviceId, t.emailCanonical),
    index('invitations_of_account').on(t.serviceId, t.accountId),
    foreignKey({ columns: [t.serviceId, t.accountId], foreignColumns: [accounts.serviceId, accounts.id] }),
  ],
);

export const invitationGroups = pgTable(
  'invitation_groups',
  {
    serviceId: serviceId(),
    invitationId: uuid('invitation_id').notNull(),
    groupId: text('group_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.invitationId, t.groupId] }),
    foreignKey({
      columns: [t.serviceId, t.invitationId],
      foreignColumns: [invitations.serviceId, invitations.id],
    }).onDelete('cascade'),
    foreignKey({ columns: [t.serviceId, t.groupId], foreignColumns: [groups.serviceId, groups.id] }).onDelete(
      'cascade',
    ),
  ],
);

/** The one-time secrets in mailed links, as SHA-256 only. */
export const tickets = pgTable(
  'tickets',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    purpose: text('purpose', {
      enum: ['invitation', 'password-reset', 'email-confirmation', 'sign-in'],
    }).notNull(),
    hash: text('hash').notNull(),
    accountId: text('account_id'),
    invitationId: uuid('invitation_id'),
    /** The address it was sent to; for a change of address, the new one. */
    email: text('email').notNull(),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    usedAt: at('used_at'),
    voidedAt: at('voided_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('tickets_hash').on(t.hash),
    index('tickets_of_account').on(t.serviceId, t.accountId, t.purpose),
    index('tickets_of_invitation').on(t.serviceId, t.invitationId),
    foreignKey({ columns: [t.serviceId, t.accountId], foreignColumns: [accounts.serviceId, accounts.id] }),
    foreignKey({
      columns: [t.serviceId, t.invitationId],
      foreignColumns: [invitations.serviceId, invitations.id],
    }),
    check('tickets_one_owner', sql`num_nonnulls(account_id, invitation_id) = 1`),
  ],
);

export const MAIL_STATES = [
  'queued',
  'accepted',
  'delivered',
  'bounced',
  'complained',
  'failed',
  'cancelled',
  'unknown',
] as const;

/** The outbox. What is sealed is emptied once the mail's fate is known. */
export const mails = pgTable(
  'mails',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    template: text('template').notNull(),
    accountId: text('account_id'),
    invitationId: uuid('invitation_id'),
    ticketId: uuid('ticket_id'),
    state: text('state', { enum: MAIL_STATES }).notNull(),
    /** What to send to whom: recipient and variables, then the rendered message. */
    sealedOrder: text('sealed_order'),
    sealedMessage: text('sealed_message'),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: at('next_attempt_at').notNull(),
    leasedUntil: at('leased_until'),
    firstAttemptAt: at('first_attempt_at'),
    providerId: text('provider_id'),
    lastCode: text('last_code'),
    createdAt: at('created_at').notNull(),
    changedAt: at('changed_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    index('mails_due').on(t.nextAttemptAt).where(sql`state = 'queued'`),
    index('mails_of_account').on(t.serviceId, t.accountId, t.id),
    index('mails_of_invitation').on(t.serviceId, t.invitationId, t.id),
    index('mails_by_provider_id').on(t.providerId),
    foreignKey({ columns: [t.serviceId, t.accountId], foreignColumns: [accounts.serviceId, accounts.id] }),
    foreignKey({
      columns: [t.serviceId, t.invitationId],
      foreignColumns: [invitations.serviceId, invitations.id],
    }),
    foreignKey({ columns: [t.serviceId, t.ticketId], foreignColumns: [tickets.serviceId, tickets.id] }),
  ],
);

/** Texts that operators changed; a template without a row has its default. */
export const mailTexts = pgTable(
  'mail_texts',
  {
    serviceId: serviceId().references(() => services.id),
    template: text('template').notNull(),
    subject: text('subject').notNull(),
    body: text('body').notNull(),
    version: integer('version').notNull().default(1),
    changedAt: at('changed_at').notNull(),
    changedBy: text('changed_by').notNull(),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.template] })],
);

/** A request for an operation that needs a second operator. What would be done is sealed until it ends. */
export const approvals = pgTable(
  'approvals',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    operation: text('operation').notNull(),
    /** `request`: by somebody without a role, whose right is the approval itself. */
    origin: text('origin', { enum: ['operator', 'request'] }).notNull(),
    /** Id or address of what it is about: two open approvals for the same thing can't be. Emptied at the end. */
    subject: text('subject').notNull(),
    accountId: text('account_id'),
    sealedInput: text('sealed_input'),
    requestedByKind: text('requested_by_kind').notNull(),
    requestedBy: text('requested_by').notNull(),
    requestedByName: text('requested_by_name').notNull(),
    why: text('why').notNull().default(''),
    /** `open` until something ends it; an open one past `expires_at` counts as expired. */
    state: text('state', {
      enum: ['open', 'approved', 'declined', 'expired', 'outdated', 'withdrawn'],
    }).notNull(),
    /** Why an approved operation could not be carried out: the code of its refusal. */
    code: text('code'),
    decidedBy: text('decided_by').notNull().default(''),
    decidedByName: text('decided_by_name').notNull().default(''),
    decisionReason: text('decision_reason').notNull().default(''),
    /** How many of the reminders have gone out. */
    reminders: integer('reminders').notNull().default(0),
    version: integer('version').notNull().default(1),
    createdAt: at('created_at').notNull(),
    expiresAt: at('expires_at').notNull(),
    endedAt: at('ended_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('approvals_open').on(t.serviceId, t.operation, t.subject).where(sql`state = 'open'`),
    index('approvals_of_requester').on(t.serviceId, t.requestedBy, t.id),
    index('approvals_of_account').on(t.serviceId, t.accountId),
    foreignKey({ columns: [t.serviceId, t.accountId], foreignColumns: [accounts.serviceId, accounts.id] }),
    check('approvals_end', sql`(state = 'open') = (ended_at is null)`),
  ],
);

/** Slack messages of ours that show an account or an approval and are repainted in place. */
export const cards = pgTable(
  'cards',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    accountId: text('account_id'),
    approvalId: uuid('approval_id'),
    channelId: text('channel_id').notNull(),
    /** Null until Slack has it. */
    messageTs: text('message_ts'),
    /** The version of what it shows that the card was last painted for. */
    paintedVersion: integer('painted_version').notNull().default(0),
    createdAt: at('created_at').notNull(),
    changedAt: at('changed_at').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('cards_of_account').on(t.serviceId, t.accountId, t.channelId),
    uniqueIndex('cards_of_approval').on(t.serviceId, t.approvalId, t.channelId),
    foreignKey({ columns: [t.serviceId, t.accountId], foreignColumns: [accounts.serviceId, accounts.id] }),
    foreignKey({ columns: [t.serviceId, t.approvalId], foreignColumns: [approvals.serviceId, approvals.id] }),
    check('cards_one_subject', sql`num_nonnulls(account_id, approval_id) = 1`),
  ],
);

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
    /** The approval that it took, which knows who asked and who agreed. */
    approvalId: uuid('approval_id'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    index('audit_of_target').on(t.serviceId, t.targetKind, t.targetId, t.id),
    index('audit_by_actor').on(t.serviceId, t.actorId, t.id),
    index('audit_refused').on(t.serviceId, t.id).where(sql`outcome = 'refused'`),
    foreignKey({ columns: [t.serviceId, t.approvalId], foreignColumns: [approvals.serviceId, approvals.id] }),
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
  (t) => [
    primaryKey({ columns: [t.serviceId, t.auditId] }),
    foreignKey({ columns: [t.serviceId, t.auditId], foreignColumns: [audit.serviceId, audit.id] }),
  ],
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

/** Signed requests of Slack that were taken, so that a repeated delivery has one effect. Kept ten minutes. */
export const slackReceipts = pgTable(
  'slack_receipts',
  {
    teamId: text('team_id').notNull(),
    kind: text('kind').notNull(),
    id: text('id').notNull(),
    receivedAt: at('received_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.kind, t.id] }), index('slack_receipts_age').on(t.receivedAt)],
);
