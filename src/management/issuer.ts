// Tokens of an OIDC issuer such as Entra ID: who they are for, who they are of, and what they say that somebody may.
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Log } from '../log.ts';
import type { Clock, IssuedActor } from '../operations/frame/context.ts';
import { HttpRefusal } from '../web/refusal.ts';
import { fetchBounded } from './bounded-fetch.ts';
import type { OidcSettings } from './oidc-settings.ts';

/** Signatures that only the issuer can make: nothing symmetric, and never `none`. */
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
/** A key that is not known is asked for this often at most, however many tokens name one. */
const KEYS_COOLDOWN_MS = 30_000;
/** While the issuer is away it is left alone for so long after each try. */
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
/** Texts that hold several values with spaces between (RFC 8693 4.2, and Entra's name for it). */
const SPACED_CLAIMS = ['scope', 'scp'];

const DISCOVERED = z.object({ issuer: z.string(), jwks_uri: z.string() });

type Keys = (...asked: Parameters<ReturnType<typeof createRemoteJWKSet>>) => Promise<CryptoKey>;

export type Issuer = {
  /** Null for what is not a token of the issuer for us, or not at this moment. Errors: 503 while the issuer is away. */
  recognise(token: string): Promise<IssuedActor | null>;
};

/** Whether this has the form of a JWT, which no token of ours has. */
export const isJwt = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);

/** Source: RFC 8725 3.1 (algorithms), 3.8 and 3.9 (issuer, audience); OpenID Connect Discovery 1.0, 4.3. */
export function createIssuer(settings: OidcSettings, { clock, log }: { clock: Clock; log: Log }): Issuer {
  const source = createKeySource(settings, { clock, log });
  /** Only for a token whose form and algorithm are right: anything else asks nobody. */
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
        if (isFaultOfToken(error)) return null;
        if (!(error instanceof HttpRefusal)) {
          source.leaveAlone();
          log.warn({ err: error }, 'the OIDC issuer cannot be read');
        }
        throw new HttpRefusal('unavailable', RETRY_AFTER_SECONDS);
      }
    },
  };
}

/** Whatever else goes wrong lies with the issuer, and says nothing of the token. */
function isFaultOfToken(error: unknown): boolean {
  return (
    error instanceof errors.JWTExpired ||
    error instanceof errors.JWTClaimValidationFailed ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JOSEAlgNotAllowed ||
    error instanceof errors.JOSENotSupported ||
    error instanceof errors.JWKSNoMatchingKey ||
    // It names no key, and the issuer has several.
    error instanceof errors.JWKSMultipleMatchingKeys
  );
}

/** The issuer's keys, found where its discovery document says; both are kept for a while. */
function createKeySource({ issuer }: OidcSettings, { clock, log }: { clock: Clock; log: Log }) {
  let known: { keys: Keys; at: number } | null = null;
  let asking: Promise<Keys> | null = null;
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
      asking ??= discover().finally(() => {
        asking = null;
      });
      return asking;
    },
    leaveAlone: () => {
      awayUntil = clock().getTime() + AWAY_MS;
    },
  };
}

/** As safe as the issuer's own address is. */
function keysAddress(text: string, issuer: string): URL {
  const url = new URL(text);
  if (url.protocol === 'https:' || url.origin === new URL(issuer).origin) return url;
  throw new Error('the discovery document names keys by plain HTTP');
}

function actorOf(payload: JWTPayload, { issuer, roles, personClaim }: OidcSettings): IssuedActor | null {
  const subject = payload.sub ?? '';
  if (!SUBJECT.test(subject)) return null;
  const given = new Set(
    roles.filter(({ claim, value }) => valuesOf(payload, claim).includes(value)).map(({ gives }) => gives),
  );
  const person = firstText(payload, personClaim ? [personClaim] : PERSON_CLAIMS);
  return {
    kind: 'oidc',
    issuer,
    subject,
    name: oneLine(firstText(payload, NAME_CLAIMS) ?? subject),
    person: person && person.length <= MAX_PERSON_LENGTH ? person.toLowerCase() : null,
    role: (['admin', 'approver', 'reader'] as const).find((role) => given.has(role)) ?? null,
    grants: (['list-secrets', 'sso'] as const).filter((grant) => given.has(grant)),
  };
}

/** Exact texts: one, or each of a list. */
function valuesOf(payload: JWTPayload, claim: string): unknown[] {
  const value = Object.hasOwn(payload, claim) ? payload[claim] : undefined;
  if (Array.isArray(value)) return value;
  return typeof value === 'string' && SPACED_CLAIMS.includes(claim) ? value.split(' ') : [value];
}

function firstText(payload: JWTPayload, claims: readonly string[]): string | null {
  const texts = claims.flatMap((claim) => valuesOf(payload, claim));
  return texts.find((text): text is string => typeof text === 'string' && text.trim() !== '') ?? null;
}

/** People read it in the audit and in Slack. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]+/gu, ' ')
    .trim()
    .slice(0, MAX_NAME_LENGTH);
