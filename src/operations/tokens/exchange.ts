import { z } from 'zod';
import { findToken } from '../../db/operators/tokens.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { signAccessToken } from '../../security/access-token.ts';
import { defineOperation } from '../frame/operation.ts';

const LIFETIME_MS = 3_600_000;

/**
 * Gives a program an access token for its own token: it lasts an hour, or as long as the token does, and may do what that
 * token may at each moment. `address` is the program's IP address, for the audit. Errors: `not_permitted` also for a program
 * that another issuer vouches for.
 */
export const exchangeToken = defineOperation({
  name: 'tokens/exchange',
  allowed: ['reader', 'token'],
  effect: 'change',
  input: { tenantId: z.guid(), address: z.string().max(64) },
  async run(act, { tenantId, address }) {
    const tokenId = act.actor.kind === 'token' ? act.actor.tokenId : '';
    const token = tokenId ? await findToken(act.tx, act.service.id, tokenId) : null;
    if (!token) throw new DomainError('not_permitted');
    const expiresAt = new Date(Math.min(act.now.getTime() + LIFETIME_MS, token.expiresAt.getTime()));
    const issuer = act.policy.publicUrl;
    const accessToken = await signAccessToken(act.keyring, {
      ...{ tokenId, tenantId, issuer, issuedAt: act.now, expiresAt },
    });
    act.record({ target: { kind: 'token', id: tokenId }, after: { address, expiresAt } });
    return { accessToken, seconds: Math.floor((expiresAt.getTime() - act.now.getTime()) / 1_000) };
  },
});
