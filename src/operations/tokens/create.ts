import { z } from 'zod';
import { newId } from '../../db/ids.ts';
import { findOperatorRole, listOperators, lockAdmins } from '../../db/operators/operators.ts';
import { insertToken } from '../../db/operators/tokens.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { newToken } from '../../security/token.ts';
import { slackId } from '../frame/actor.ts';
import { defineOperation } from '../frame/operation.ts';

export const DEFAULT_TOKEN_DAYS = 90;
export const MAX_TOKEN_DAYS = 365;
const DAY_MS = 86_400_000;

/**
 * Makes a token for the management API. Only this result holds the secret. The owner is an operator: they can't approve
 * what the token requests, and it stops working when they lose their role. `days` is 1 to 365.
 * Errors: `operator_unfitting` when the owner has no role, or a lesser one than the token would have.
 */
export const createToken = defineOperation({
  name: 'tokens/create',
  allowed: ['console'],
  effect: 'change',
  input: {
    name: z
      .string()
      .trim()
      .regex(/^[\w][\w .-]{0,59}$/, 'is 1 to 60 letters, digits, spaces and signs of ._-'),
    role: z.enum(['admin', 'approver', 'reader'], 'is admin, approver or reader'),
    grants: z
      .array(z.enum(['list-secrets', 'sso', 'act-alone'], 'is list-secrets, sso or act-alone'))
      .max(3)
      .default([]),
    days: z
      .int('is a number of days')
      .min(1, 'is 1 day at least')
      .max(MAX_TOKEN_DAYS, `is ${MAX_TOKEN_DAYS} days at most`)
      .default(DEFAULT_TOKEN_DAYS),
    teamId: z.string().min(1).max(40),
    userId: z.string().min(1).max(40),
  },
  async run(act, { name, role, grants, days, teamId, userId }) {
    const serviceId = act.service.id;
    // The owner may be losing their role, and with it their tokens.
    await lockAdmins(act.tx, serviceId);
    const ownerRole = await findOperatorRole(act.tx, serviceId, teamId, userId);
    if (!ownerRole || (role === 'admin' && ownerRole !== 'admin'))
      throw new DomainError('operator_unfitting', { current: { state: ownerRole ?? 'without a role' } });
    const operators = await listOperators(act.tx, serviceId, teamId);
    const ownerName = operators.find(({ slackUserId }) => slackUserId === userId)?.name ?? userId;
    const { token, hash } = newToken(act.random);
    const id = newId(act.now, act.random);
    const expiresAt = new Date(act.now.getTime() + days * DAY_MS);
    const terms = { name, role, grants: [...new Set(grants)], expiresAt };
    await insertToken(act.tx, {
      ...terms,
      serviceId,
      id,
      hash,
      ownerTeamId: teamId,
      ownerUserId: userId,
      ownerName,
      createdAt: act.now,
      createdBy: act.actorName,
    });
    act.record({
      target: { kind: 'token', id },
      after: { ...terms, owner: slackId(teamId, userId) },
      isAnnounced: true,
    });
    return { tokenId: id, token, expiresAt, ownerName };
  },
});
