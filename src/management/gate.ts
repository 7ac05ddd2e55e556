// Who a program is, and how often it may ask.

import type { Actor, Context } from '../operations/frame/context.ts';
import { recogniseToken } from '../operations/tokens/recognise.ts';
import { rateKey } from '../web/client-address.ts';
import type { Allowance, RateLimits } from '../web/rate-limit.ts';
import { HttpRefusal } from '../web/refusal.ts';
import type { RequestFacts } from '../web/request-facts.ts';
import { type Issuer, isJwt, MAX_JWT_LENGTH } from './issuer.ts';
import { ManagementError } from './management-error.ts';

type Program = Extract<Actor, { kind: 'token' | 'oidc' }>;

export type Gate = {
  /** Errors: 401 for a token that is none, 429 for too many of those from one address, 503 for the issuer's while it is away. */
  recognise(headers: Headers, facts: RequestFacts): Promise<Program>;
  /** Counts one request; the headers that say how many more there may be. Errors: 429. */
  count(program: Program, method: string): Promise<Record<string, string>>;
};

/** `issuer`: null when only tokens of ours are taken. */
type Parts = { limits: RateLimits; system: () => Context; issuer: Issuer | null };

const MAX_TOKEN_LENGTH = 2_000;

/** Fails closed: while the counts can't be read, everything is refused with 503. */
export function createGate({ limits, system, issuer }: Parts): Gate {
  async function programOf(token: string): Promise<Program | null> {
    if (isJwt(token))
      return token.length <= MAX_JWT_LENGTH ? ((await issuer?.recognise(token)) ?? null) : null;
    return token.length <= MAX_TOKEN_LENGTH ? recogniseToken(system(), { token }) : null;
  }
  return {
    async recognise(headers, facts) {
      const from = rateKey(facts.address);
      demand(await limits.look('wrongTokens', from));
      const token = /^Bearer ([\x21-\x7e]+)$/i.exec(headers.get('authorization') ?? '')?.[1];
      const program = token === undefined ? null : await programOf(token);
      if (program) return program;
      if (token !== undefined) demand(await limits.take('wrongTokens', from));
      throw new ManagementError(
        401,
        'AuthenticationFailed',
        token === undefined
          ? 'A bearer token is needed: Authorization: Bearer apimtok_….'
          : isJwt(token)
            ? 'This token is not of the issuer that is believed here, not for this service, or not valid now.'
            : 'This token is unknown, was revoked or has ended.',
        { headers: { 'www-authenticate': 'Bearer' } },
      );
    },
    async count(program, method) {
      const isRead = method === 'GET' || method === 'HEAD';
      const kind = isRead ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes';
      const allowance = await limits.take(isRead ? 'managementReads' : 'managementWrites', idOf(program));
      demand(allowance);
      const remaining = allowance.isAllowed ? allowance.remaining : 0;
      return { [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(remaining) };
    },
  };
}

const idOf = (program: Program): string =>
  program.kind === 'token' ? program.tokenId : `oidc:${program.subject}`;

function demand(allowance: Allowance): void {
  if (allowance.isAllowed) return;
  const code = allowance.isStoreDown ? 'unavailable' : 'too_many_requests';
  throw new HttpRefusal(code, allowance.retryAfterSeconds);
}
