// Signs a person in at one provider: the code flow with PKCE, state and nonce. The only place that knows the library.
import * as client from 'openid-client';
import type { SignInProviderSettings } from '../settings/sign-in-settings.ts';
import { createBoundedFetch } from './bounded-fetch.ts';
import { readIdentity } from './claims.ts';
import { readGithubUser } from './github.ts';
import { type Answer, type Checks, ProviderError, type SignInProvider } from './identity.ts';
import type { ProviderOptions } from './providers.ts';

export type OpenIdClient = SignInProvider;

const TIMEOUT_SECONDS = 5;
const DISCOVERY_KEPT_MS = 3_600_000;
/** How much a provider's clock may differ from ours. */
const CLOCK_TOLERANCE_SECONDS = 60;

/** Source: OpenID Connect Core 1.0, 3.1; RFC 7636 (PKCE); RFC 9207 (the answer's issuer); RFC 9700 (best practice). */
export function createOpenIdClient(settings: SignInProviderSettings, options: ProviderOptions): OpenIdClient {
  const { protocol, scopes } = settings;
  const source = createSource(settings, options);
  const explained = <Result>(work: () => Promise<Result>) => explainErrors(settings, options, work);

  return {
    begin: ({ redirectUri, isFresh }) =>
      explained(async () => {
        const configuration = await source.read();
        const checks: Checks = {
          state: client.randomState(),
          verifier: client.randomPKCECodeVerifier(),
          nonce: protocol === 'oidc' ? client.randomNonce() : null,
          freshSince: isFresh ? Math.floor(options.clock().getTime() / 1_000) : null,
        };
        const url = client.buildAuthorizationUrl(configuration, {
          redirect_uri: redirectUri,
          scope: scopes,
          state: checks.state,
          code_challenge: await client.calculatePKCECodeChallenge(checks.verifier),
          code_challenge_method: 'S256',
          ...(checks.nonce ? { nonce: checks.nonce } : {}),
          ...(isFresh ? { prompt: 'login', max_age: '0' } : {}),
        });
        return { url: url.href, checks };
      }),

    finish: (url, checks) =>
      explained(async () => {
        const configuration = await source.read();
        const tokens = await client.authorizationCodeGrant(configuration, new URL(url), {
          expectedState: checks.state,
          pkceCodeVerifier: checks.verifier,
          ...(checks.nonce ? { expectedNonce: checks.nonce, idTokenExpected: true } : {}),
        });
        if (protocol === 'github') return readGithubUser(settings, tokens.access_token, source.fetch);
        return answerOf(settings, configuration, tokens, checks);
      }),

    signOutUrl: ({ idToken, returnTo }) =>
      explained(async () => {
        const configuration = await source.read();
        if (!configuration.serverMetadata().end_session_endpoint) return null;
        return client.buildEndSessionUrl(configuration, {
          post_logout_redirect_uri: returnTo,
          ...(idToken ? { id_token_hint: idToken } : {}),
        }).href;
      }),
  };
}

type Tokens = Awaited<ReturnType<typeof client.authorizationCodeGrant>>;

async function answerOf(
  settings: SignInProviderSettings,
  configuration: client.Configuration,
  tokens: Tokens,
  checks: Checks,
): Promise<Answer> {
  const claims = tokens.claims();
  if (!claims) throw new ProviderError('refused');
  // Without the time, the provider may only have said that the person is signed in there.
  const { auth_time: provedAt } = claims;
  const isProved =
    checks.freshSince !== null &&
    typeof provedAt === 'number' &&
    provedAt >= checks.freshSince - CLOCK_TOLERANCE_SECONDS;
  // Okta sends a thin token, and the rest on demand.
  const hasMore = configuration.serverMetadata().userinfo_endpoint !== undefined;
  const more =
    claims.email === undefined && hasMore
      ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)
      : {};
  const identity = readIdentity(settings, { ...more, ...claims });
  if (!identity) throw new ProviderError('refused');
  return { identity, idToken: tokens.id_token ?? null, isProved };
}

/** Reads the provider's addresses once an hour; after a failure, the next sign-in tries again. */
function createSource(
  settings: SignInProviderSettings,
  { clock, addressOf = (url) => url }: ProviderOptions,
) {
  const fetch = createBoundedFetch(addressOf);
  let known: { configuration: client.Configuration; at: number } | null = null;
  let reading: Promise<client.Configuration> | null = null;

  async function discover(): Promise<client.Configuration> {
    const at = clock().getTime();
    const metadata = {
      [client.clockSkew]: Math.round((at - Date.now()) / 1_000),
      [client.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
    };
    const configuration = await configurationOf(settings, metadata, fetch);
    known = { configuration, at };
    return configuration;
  }
  return {
    fetch,
    read(): Promise<client.Configuration> {
      if (known && clock().getTime() - known.at < DISCOVERY_KEPT_MS)
        return Promise.resolve(known.configuration);
      reading ??= discover().finally(() => {
        reading = null;
      });
      return reading;
    },
  };
}

async function configurationOf(
  { protocol, issuer, clientId, clientSecret }: SignInProviderSettings,
  metadata: Partial<client.ClientMetadata>,
  fetch: client.CustomFetch,
): Promise<client.Configuration> {
  const authentication = clientSecret === null ? client.None() : client.ClientSecretPost(clientSecret);
  const extensions = issuer.startsWith('http:') ? [client.allowInsecureRequests] : [];
  if (protocol === 'github') {
    const server = `${issuer}/login/oauth`;
    const addresses = {
      issuer: server,
      authorization_endpoint: `${server}/authorize`,
      token_endpoint: `${server}/access_token`,
    };
    const configuration = new client.Configuration(addresses, clientId, metadata, authentication);
    configuration[client.customFetch] = fetch;
    configuration.timeout = TIMEOUT_SECONDS;
    for (const extend of extensions) extend(configuration);
    return configuration;
  }
  const configuration = await client.discovery(new URL(issuer), clientId, metadata, authentication, {
    [client.customFetch]: fetch,
    timeout: TIMEOUT_SECONDS,
    // The token's signature is checked too, not only that it came by TLS from the provider.
    execute: [...extensions, client.enableNonRepudiationChecks],
  });
  // The library lets Entra ID name another issuer than it was asked for.
  if (configuration.serverMetadata().issuer !== issuer) throw new ProviderError('unavailable');
  return configuration;
}

/** The library's errors quote tokens and claims, so only their kind is logged. */
async function explainErrors<Result>(
  { name }: SignInProviderSettings,
  { log }: ProviderOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof ProviderError ? error.reason : reasonOf(error);
    if (reason !== 'cancelled')
      log.warn({ provider: name, reason, ...kindOf(error) }, 'a provider’s sign-in failed');
    throw new ProviderError(reason);
  }
}

const CANCELLED = ['access_denied', 'interaction_required', 'login_required', 'consent_required'];
const AWAY = ['server_error', 'temporarily_unavailable'];
/** The library's codes for an answer that wasn't the provider's own. */
const NO_ANSWER = [
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
];

function reasonOf(error: unknown): ProviderError['reason'] {
  if (error instanceof client.AuthorizationResponseError) {
    if (CANCELLED.includes(error.error)) return 'cancelled';
    return AWAY.includes(error.error) ? 'unavailable' : 'refused';
  }
  if (error instanceof client.ResponseBodyError) return error.status >= 500 ? 'unavailable' : 'refused';
  // What `fetch` throws when it reaches nothing.
  if (error instanceof TypeError) return 'unavailable';
  return NO_ANSWER.includes(String((error as { code?: unknown }).code)) ? 'unavailable' : 'refused';
}

function kindOf(error: unknown): { name: string; code: string } {
  const { name = 'unknown', code, error: said } = error as { name?: string; code?: unknown; error?: unknown };
  return {
    name,
    code: [code, said]
      .filter((one) => typeof one === 'string')
      .join(' ')
      .slice(0, 100),
  };
}
