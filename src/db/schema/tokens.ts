// Tokens of programs for the management API.
import { index, pgTable, primaryKey, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { at, serviceId } from './columns.ts';
import { services } from './services.ts';

export const TOKEN_ROLES = ['admin', 'approver', 'reader'] as const;

export const tokens = pgTable(
  'tokens',
  {
    serviceId: serviceId().references(() => services.id),
    id: uuid('id').notNull(),
    name: text('name').notNull(),
    /** SHA-256 in hex. */
    hash: text('hash').notNull(),
    role: text('role', { enum: TOKEN_ROLES }).notNull(),
    /** Rights beyond its role: `list-secrets`, `sso`, `act-alone`. */
    grants: text('grants').array().notNull(),
    /** The operator who answers for it; their role bounds it. */
    ownerTeamId: text('owner_team_id').notNull(),
    ownerUserId: text('owner_user_id').notNull(),
    ownerName: text('owner_name').notNull(),
    createdAt: at('created_at').notNull(),
    createdBy: text('created_by').notNull(),
    expiresAt: at('expires_at').notNull(),
    /** To the minute. */
    lastUsedAt: at('last_used_at'),
    revokedAt: at('revoked_at'),
    revokedBy: text('revoked_by').notNull().default(''),
    /** When the owner was told that it ends soon. */
    warnedAt: at('warned_at'),
  },
  (t) => [
    primaryKey({ columns: [t.serviceId, t.id] }),
    uniqueIndex('tokens_hash').on(t.hash),
    index('tokens_by_end').on(t.expiresAt),
  ],
);
