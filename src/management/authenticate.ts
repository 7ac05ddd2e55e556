// Which program sends a request, and whether it may send one more.
import { decodeProtectedHeader } from 'jose';
import type { Actor, Served, Services } from '../operations/frame/context.ts';
import { recogniseToken } from '../operations/tokens/recognise.ts';
import { rateKey } from '../web/client-address.ts';
import { demandAllowance, type RateLimits } from '../web/rate-limit.ts';
import type { RequestFacts } from '../web/request-facts.ts';
import { type Issuer, isJwt, MAX_JWT_LENGTH } from './issuer.ts';
import { ManagementError } from './management-error.ts';

type Program = Extract<Actor, { kind: 'token' | 'oidc' }>;
/** A program, and the one service that it may use. */
type Authenticated<Of extends Program = Program> = { program: Of; service: Served };

type Authenticator = {
  /**
   * The program that a bearer token belongs to. Errors: 401 for an invalid token, 429 for too many of those from one
   * address, which never refuses a valid one; 503 for an issuer's token while the issuer is away.
   */
  authenticate(headers: Headers, facts: RequestFacts): Promise<Authenticated>;
  /** Counts one request. Resolves to the headers that say how many the program has left. Errors: 429. */
  countRequest(program: Program, method: string): Promise<Record<string, string>>;
};

type AuthenticatorOptions = {
  limits: RateLimits;
  services: Services;
  /** Null when only our own tokens are accepted. */
  issuer: Issuer | null;
  /** Whether access tokens of ours are, too. */
  hasClientCredentials: boolean;
};

const MAX_TOKEN_LENGTH = 2_000;

/** Fails closed: while the counts can't be read, every request is refused with 503. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { limits, services, issuer, hasClientCredentials } = options;
  async function findProgram(token: string): Promise<Authenticated | null> {
    if (isOurJwt(token)) return hasClientCredentials ? ownerOf(services, { accessToken: token }) : null;
    if (!isJwt(token)) return token.length <= MAX_TOKEN_LENGTH ? ownerOf(services, { token }) : null;
    const program = token.length <= MAX_JWT_LENGTH ? await issuer?.recognise(token) : null;
    return program ? { program, service: services[0] } : null;
  }
  return {
    async authenticate(headers, facts) {
      const token = /^Bearer ([\x21-\x7e]+)$/i.exec(headers.get('authorization') ?? '')?.[1];
      if (token === undefined)
        throw authenticationFailed('Send a bearer token: Authorization: Bearer apimtok_….');
      const found = await findProgram(token);
      if (found) return found;
      demandAllowance(await limits.take('wrongTokens', rateKey(facts.address)));
      throw authenticationFailed(
        isJwt(token) && !isOurJwt(token)
          ? "This token isn't from the issuer that this service trusts, isn't meant for this service, or isn't valid now."
          : 'This token is unknown, was revoked, or has expired.',
      );
    },
    async countRequest(program, method) {
      const isRead = method === 'GET' || method === 'HEAD';
      const kind = isRead ? 'reads' : method === 'DELETE' ? 'deletes' : 'writes';
      const id = program.kind === 'token' ? program.tokenId : `oidc:${program.subject}`;
      const { remaining } = demandAllowance(
        await limits.take(isRead ? 'managementReads' : 'managementWrites', id),
      );
      return { [`x-ms-ratelimit-remaining-subscription-${kind}`]: String(remaining) };
    },
  };
}

/** Whose token this is, and of which service. Null for one that no service has. */
export async function ownerOf(
  services: Services,
  shown: Parameters<typeof recogniseToken>[1],
): Promise<Authenticated<Extract<Program, { kind: 'token' }>> | null> {
  for (const service of services) {
    const program = await recogniseToken(service.system('management'), shown);
    if (program) return { program, service };
  }
  return null;
}

const authenticationFailed = (message: string): ManagementError =>
  new ManagementError(401, 'AuthenticationFailed', message, { headers: { 'www-authenticate': 'Bearer' } });

/** Other issuers sign with key pairs only, so nothing is tried twice. */
function isOurJwt(token: string): boolean {
  try {
    return isJwt(token) && token.length <= MAX_TOKEN_LENGTH && decodeProtectedHeader(token).alg === 'HS256';
  } catch {
    return false;
  }
}
