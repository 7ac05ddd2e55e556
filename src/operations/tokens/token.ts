// A token, as the actor that it stands for and as operators see it.
import type { Token } from '../../db/operators/tokens.ts';
import type { Act, Actor } from '../frame/context.ts';

export const actorOfToken = (token: Token): Extract<Actor, { kind: 'token' }> => ({
  kind: 'token',
  tokenId: token.id,
  name: token.name,
  owner: { teamId: token.ownerTeamId, userId: token.ownerUserId, name: token.ownerName },
  ...(token.grants.includes('act-alone') ? { actsAlone: true } : {}),
});

export type TokenView = Omit<Token, 'serviceId' | 'hash' | 'warnedAt'> & { hasEnded: boolean };

/** A token without its hash. */
export function viewToken(act: Act, token: Token): TokenView {
  const { serviceId: _s, hash: _h, warnedAt: _w, ...rest } = token;
  return { ...rest, hasEnded: token.revokedAt !== null || token.expiresAt <= act.now };
}
