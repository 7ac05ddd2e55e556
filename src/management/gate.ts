// Who a program is, and how often it may ask.
import { rateKey } from '../http/client-address.ts';
import type { Allowance, RateLimits } from '../http/rate-limit.ts';
import { HttpRefusal } from '../http/refusal.ts';
import type { RequestFacts } from '../http/request-facts.ts';
import type { Actor, Context } from '../operations/context.ts';
import { recogniseToken } from '../operations/tokens/recognise.ts';
import { ManagementError } from './management-error.ts';

export type Program = Extract<Actor, { kind: 'token' }>;

export type Gate = {
  /** Errors: 401 for a token that is none, 429 for too many of those from one address. */
  recognise(headers: Headers, facts: RequestFacts): Promise<Program>;
  /** Counts one request; the headers that say how many more there may be. Errors: 429. */
  count(program: Program, method: string): Promise<Record<string, string>>;
};

const MAX_TOKEN_LENGTH = 2_000;

/** Fails closed: while the counts can't be read, everything is refused with 503. */
export function createGate({ limits, system }: { limits: RateLimits; system: () => Context }): Gate {
  return {
    async recognise(headers, facts) {
      const from = rateKey(facts.address);
      demand(await limits.look('wrongTokens', from));
      const token = /^Bearer ([\x21-\x7e]+)$/i.exec(headers.get('authorization') ?? '')?.[1];
      const isPossible = token !== undefined && token.length <= MAX_TOKEN_LENGTH;
      const program = isPossible ? await recogniseToken(system(), { token }) : null;
      if (program) return program;
      if (token !== undefined) demand(await limits.take('wrongTokens', from));
      throw new ManagementError(
        401,
        'AuthenticationFailed',
        token === undefined
          ? 'A bearer token is needed: Authorization: Bearer apimtok_….'
          : 'This token is unknown, was revoked or has ended.',
        { headers: { 'www-authenticate': 'Bearer' } },
      );
    },
    async count(program, method) {
      const isRead = method === 'GET' || method === 'HEAD';
      const kind = isRead ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes';
      const allowance = await limits.take(isRead ? 'managementReads' : 'managementWrites', program.tokenId);
      demand(allowance);
      const remaining = allowance.isAllowed ? allowance.remaining : 0;
      return { [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(remaining) };
    },
  };
}

function demand(allowance: Allowance): void {
  if (allowance.isAllowed) return;
  const code = allowance.isStoreDown ? 'unavailable' : 'too_many_requests';
  throw new HttpRefusal(code, allowance.retryAfterSeconds);
}
