// Verifies tokens of an OIDC issuer such as Entra ID, and reads the program and its rights from them.
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Log } from '../log.ts';
import type { Clock, IssuedActor } from '../operations/frame/context.ts';
import { HttpRefusal } from '../web/refusal.ts';
import type { OidcSettings } from './oidc-settings.ts';

/** Only asymmetric signatures, which only the issuer can make; never `none`. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];
export const MAX_JWT_LENGTH = 12_000;
const CLOCK_SKEW_SECONDS = 60;
const DISCOVERY_KEPT_MS = 3_600_000;
const KEYS_KEPT_MS = 600_000;
/** Unknown keys are looked up at most this often, however many tokens name one. */
const KEYS_COOLDOWN_MS = 30_000;
/** The pause after each request that the issuer doesn't answer. */
const AWAY_MS = 5_000;
const RETRY_AFTER_SECONDS = 10;
/** OpenID Connect Core 1.0, 2: at most 255 ASCII characters. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/;
const MAX_NAME_LENGTH = 80;
const MAX_PERSON_LENGTH = 254;
const NAME_CLAIMS = [
  'name',
  'app_displayname',
  'client_name',
  'preferred_username',
  'azp',
  'appid',
  'client_id',
];
const PERSON_CLAIMS = ['email', 'preferred_username', 'upn'];
/** Claims with several values in one text, separated by spaces (RFC 8693 4.2, and Entra's name for it). */
const SPACED_CLAIMS = ['scope', 'scp'];

const DISCOVERED = z.object({ issuer: z.string(), jwks_uri: z.string() });

type Keys = (...request: Parameters<ReturnType<typeof createRemoteJWKSet>>) => Promise<CryptoKey>;

export type Issuer = {
  /** Null for a token that is not the issuer's, not for this service or not valid now. Errors: 503 while the issuer is away. */
  recognise(token: string): Promise<IssuedActor | null>;
};

/** Whether a token has the form of a JWT. Our own tokens never do. */
export const isJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);

/** Source: RFC 8725 3.1 (algorithms), 3.8 and 3.9 (issuer, audience); OpenID Connect Discovery 1.0, 4.3. */
export function createIssuer(settings: OidcSettings, { clock, log }: { clock: Clock; log: Log }): Issuer {
  const source = createKeySource(settings, { clock, log });
  // `jwtVerify` calls this only for a token of the right form and algorithm, so others cause no request to the issuer.
  const keyOf: Keys = async (header, jws) => (await source.keys())(header, jws);
  return {
    async recognise(token) {
      try {
        const { payload } = await jwtVerify(token, keyOf, {
          issuer: settings.issuer,
          audience: [...settings.audiences],
          algorithms: ALGORITHMS,
          requiredClaims: ['exp', 'sub'],
          clockTolerance: CLOCK_SKEW_SECONDS,
          currentDate: clock(),
        });
        return actorOf(payload, settings);
      } catch (error) {
        if (isTokenError(error)) return null;
        if (!(error instanceof HttpRefusal)) {
          source.pause();
          log.warn({ err: error }, 'the OIDC issuer cannot be read');
        }
        throw new HttpRefusal('unavailable', RETRY_AFTER_SECONDS);
      }
    },
  };
}

/** Any other error comes from reading the issuer's keys, and says nothing about the token. */
function isTokenError(error: unknown): boolean {
  return (
    error instanceof errors.JWTExpired ||
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    // The token names no key, and the issuer has several.
    error instanceof errors.JWKSMultipleMatchingKeys
  );
}

/** The issuer's keys, from the address in its discovery document. Both are cached. */
function createKeySource({ issuer }: OidcSettings, { clock, log }: { clock: Clock; log: Log }) {
  let known: { keys: Keys; at: number } | null = null;
  let discovering: Promise<Keys> | null = null;
  let awayUntil = 0;

  const get = async (url: string) => {
    if (clock().getTime() < awayUntil) throw new HttpRefusal('unavailable', RETRY_AFTER_SECONDS);
    return fetchBounded(url);
  };
  async function discover(): Promise<Keys> {
    const response = await get(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const document = DISCOVERED.parse(await response.json());
    if (document.issuer !== issuer) {
      log.error({ said: document.issuer.slice(0, 200) }, 'MANAGEMENT_OIDC_ISSUER calls itself otherwise');
      throw new Error('the discovery document is of another issuer');
    }
    const keys = createRemoteJWKSet(keysAddress(document.jwks_uri, issuer), {
      cacheMaxAge: KEYS_KEPT_MS,
      cooldownDuration: KEYS_COOLDOWN_MS,
      [customFetch]: get,
    });
    known = { keys, at: clock().getTime() };
    return keys;
  }
  return {
    async keys(): Promise<Keys> {
      if (known && clock().getTime() - known.at < DISCOVERY_KEPT_MS) return known.keys;
      discovering ??= discover().finally(() => {
        discovering = null;
      });
      return discovering;
    },
    pause: () => {
      awayUntil = clock().getTime() + AWAY_MS;
    },
  };
}

/** HTTPS, or the issuer's own origin. */
function keysAddress(text: string, issuer: string): URL {
  const url = new URL(text);
  if (url.protocol === 'https:' || url.origin === new URL(issuer).origin) return url;
  throw new Error('the discovery document names keys by plain HTTP');
}

function actorOf(payload: JWTPayload, { issuer, roles, personClaim }: OidcSettings): IssuedActor | null {
  const subject = payload.sub ?? '';
  if (!SUBJECT.test(subject)) return null;
  const granted = new Set(
    roles.filter(({ claim, value }) => valuesOf(payload, claim).includes(value)).map(({ gives }) => gives),
  );
  const person = firstText(payload, personClaim ? [personClaim] : PERSON_CLAIMS);
  return {
    kind: 'oidc',
    issuer,
    subject,
    name: oneLine(firstText(payload, NAME_CLAIMS) ?? subject),
    person: person && person.length <= MAX_PERSON_LENGTH ? person.toLowerCase() : null,
    role: (['admin', 'approver', 'reader'] as const).find((role) => granted.has(role)) ?? null,
    grants: (['list-secrets', 'sso'] as const).filter((grant) => granted.has(grant)),
  };
}

/** One value, or each of a list. */
function valuesOf(payload: JWTPayload, claim: string): unknown[] {
  const value = Object.hasOwn(payload, claim) ? payload[claim] : undefined;
  if (Array.isArray(value)) return value;
  return typeof value === 'string' && SPACED_CLAIMS.includes(claim) ? value.split(' ') : [value];
}

function firstText(payload: JWTPayload, claims: readonly string[]): string | null {
  const texts = claims.flatMap((claim) => valuesOf(payload, claim));
  return texts.find((text): text is string => typeof text === 'string' && text.trim() !== '') ?? null;
}

/** The name is shown in the audit and in Slack. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]+/gu, ' ')
    .trim()
    .slice(0, MAX_NAME_LENGTH);

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 256 * 1_024;

/** A GET of at most 5 seconds and 256 KB. Throws for a redirect and for any status but 200. */
async function fetchBounded(url: string): Promise<Response> {
  const response = await fetch(url, {
    redirect: 'error',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`answered with ${response.status}`);
  }
  return new Response(await readAtMost(response, MAX_BYTES), { status: 200, headers: response.headers });
}

async function readAtMost(response: Response, max: number): Promise<Buffer<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.byteLength;
    if (length > max) throw new Error(`sent more than ${max} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
