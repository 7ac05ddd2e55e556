// The tenant, the Slack workspaces bound to it, and who may act there; its outages, and when its work of a minute was done.
import { sql } from 'drizzle-orm';
import { boolean, index, pgTable, primaryKey, text } from 'drizzle-orm/pg-core';
import { at, serviceId } from './columns.ts';

/** One API Management service: the tenant. */
export const services = pgTable('services', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  /** Shows at start whether SECRET_KEY is the right one. */
  secretKeyCheck: text('secret_key_check').notNull(),
  createdAt: at('created_at').notNull(),
});

/** A Slack workspace that a service is bound to. Several services can share one. */
export const workspaces = pgTable(
  'workspaces',
  {
    teamId: text('team_id').notNull(),
    serviceId: serviceId().references(() => services.id),
    /** `bound`, or `revoked` once Slack said that our token is gone. */
    state: text('state', { enum: ['bound', 'revoked'] }).notNull(),
    /** SHA-256 of the bot token: a restart with another token binds again, one with the revoked token doesn't. */
    tokenHash: text('token_hash').notNull(),
    changedAt: at('changed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.teamId] })],
);

/** The service that a command means in a channel, when it names none. Without a row: the default service. */
export const channelServices = pgTable(
  'channel_services',
  {
    serviceId: serviceId().references(() => services.id),
    teamId: text('team_id').notNull(),
    channelId: text('channel_id').notNull(),
    changedAt: at('changed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.teamId, t.channelId] })],
);

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
    /** When Slack was last asked and said that this person is a full member. */
    confirmedAt: at('confirmed_at'),
    /** Slack reported then that this person is no full member, and was not asked since. Until then they can't act. */
    inDoubtSince: at('in_doubt_since'),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.teamId, t.slackUserId] })],
);

/** What a person in Slack chose for themselves, with or without a role. Without a row: the defaults. */
export const personSettings = pgTable(
  'person_settings',
  {
    serviceId: serviceId().references(() => services.id),
    teamId: text('team_id').notNull(),
    slackUserId: text('slack_user_id').notNull(),
    /** Whether a message tells them how their invitations end. */
    hearsOfInvitations: boolean('hears_of_invitations').notNull(),
    changedAt: at('changed_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.teamId, t.slackUserId] })],
);

/**
 * Slack requests that were taken, so that a repeated delivery has one effect. Deleted after ten minutes, when they are
 * finished.
 */
export const slackReceipts = pgTable(
  'slack_receipts',
  {
    teamId: text('team_id').notNull(),
    kind: text('kind').notNull(),
    id: text('id').notNull(),
    receivedAt: at('received_at').notNull(),
    /** The request, when it was acknowledged before its work was done. Null once that is done. */
    sealedRequest: text('sealed_request'),
    /** By the database's clock. After it the process that works on the request is dead. */
    leaseUntil: at('lease_until'),
  },
  (t) => [
    primaryKey({ columns: [t.teamId, t.kind, t.id] }),
    index('slack_receipts_age').on(t.receivedAt),
    index('slack_receipts_unfinished').on(t.leaseUntil).where(sql`lease_until is not null`),
  ],
);

/** One row for each service that is down, as long as it is, and whether the operators were told. */
export const outages = pgTable(
  'outages',
  {
    serviceId: serviceId().references(() => services.id),
    of: text('of', { enum: ['slack', 'mail'] }).notNull(),
    /** The last error code: ours, or one of the other side's documented ones. */
    code: text('code').notNull(),
    since: at('since').notNull(),
    lastFailedAt: at('last_failed_at').notNull(),
    toldAt: at('told_at'),
    /** When it worked again; the row is deleted once that is reported too. */
    endedAt: at('ended_at'),
  },
  (t) => [primaryKey({ columns: [t.serviceId, t.of] })],
);

/** When the work of each minute last began, so that several processes do it once a minute together. */
export const minutelyWork = pgTable('minutely_work', {
  serviceId: text('service_id')
    .primaryKey()
    .references(() => services.id),
  begunAt: at('begun_at').notNull(),
});

/** Whether the service's operators want Monday's digest, and the last Monday that it was posted for. */
export const digests = pgTable('digests', {
  serviceId: text('service_id')
    .primaryKey()
    .references(() => services.id),
  isOn: boolean('is_on').notNull().default(true),
  postedFor: at('posted_for').notNull(),
});
