// Where Azure's clients get their tokens: documents that name this server, and access tokens by client credentials.
import { Hono } from 'hono';
import type { Log } from '../log.ts';
import type { Services } from '../operations/frame/context.ts';
import { exchangeToken } from '../operations/tokens/exchange.ts';
import { rateKey } from '../web/client-address.ts';
import { demandAllowance, type RateLimits } from '../web/rate-limit.ts';
import { readForm } from '../web/read-form.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { TENANT_ID } from './address.ts';
import { ownerOf } from './authenticate.ts';
import { cloudMetadata } from './cloud-metadata.ts';
import { ManagementError } from './management-error.ts';
import { asOAuthError, OAuthError, readClient, UNCACHED, wrongClient } from './oauth.ts';
import type { OidcSettings } from './oidc-settings.ts';

const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const GRANT_TYPE = /^[\w:.-]{1,80}$/;
/** Longer texts aren't tokens of ours. */
const MAX_SECRET_LENGTH = 2_000;
const OFF =
  'This server gives no access tokens. Ask its administrator to set MANAGEMENT_CLIENT_CREDENTIALS=on, or send the token itself as the bearer token.';
const ONLY_SECRETS =
  "This server takes no certificates or federated identities. Send client_secret: the token that 'npm run token' printed.";

/** The address of a request for a token. */
export const isTokenRequest = (target: string): boolean =>
  /^\/[^/?]+\/oauth2\/(?:v2\.0\/)?token(?:\?|$)/.test(target);

type AuthorityOptions = {
  log: Log;
  limits: RateLimits;
  isOn: boolean;
  oidc: OidcSettings | null;
  publicUrl: () => string;
  services: Services;
};

/** Without a token, and outside `/subscriptions`. ADFS's form of the addresses has `adfs` instead of the tenant. */
export function createAuthority(options: AuthorityOptions): Hono<WebEnv> {
  const { log, publicUrl, oidc, isOn } = options;
  const authority = new Hono<WebEnv>();
  const metadata = (version: string | undefined) => cloudMetadata(publicUrl(), isOn ? null : oidc, version);
  authority.get('/metadata/endpoints', (c) => {
    const document = metadata(c.req.query('api-version'));
    if (document) return c.json(document);
    const error = new ManagementError(
      400,
      'MissingApiVersionParameter',
      'Add the query parameter api-version: ?api-version=2022-09-01.',
    );
    return c.json(error.body(), 400);
  });
  authority.get('/common/discovery/instance', (c) => c.json(instanceDiscovery(publicUrl())));
  const discover = (c: WebContext) => c.json(openIdConfiguration(publicUrl(), c.req.param('tenant') ?? ''));
  authority.get('/:tenant/.well-known/openid-configuration', discover);
  authority.get('/:tenant/v2.0/.well-known/openid-configuration', discover);
  authority.get('/adfs/:tenant/.well-known/openid-configuration', discover);
  // Only this server reads its access tokens, so it publishes no key.
  authority.get('/:tenant/discovery/keys', (c) => c.json({ keys: [] }));
  const give = async (c: WebContext) => {
    try {
      return c.json(await giveToken(options, c), 200, UNCACHED);
    } catch (error) {
      const { status, headers, body } = asOAuthError(error, log, c.env.facts);
      return c.json(body, status, headers);
    }
  };
  authority.post('/:tenant/oauth2/v2.0/token', give);
  authority.post('/:tenant/oauth2/token', give);
  return authority;
}

/** Any tenant may be asked for. One that isn't an id stands for the only one there is. */
function openIdConfiguration(url: string, tenant: string) {
  const isAdfs = tenant.toLowerCase() === 'adfs';
  const base = `${url}/${isAdfs ? 'adfs' : GUID.test(tenant) ? tenant : TENANT_ID}`;
  const oauth = isAdfs ? `${base}/oauth2` : `${base}/oauth2/v2.0`;
  return {
    issuer: isAdfs ? base : `${base}/v2.0`,
    token_endpoint: `${oauth}/token`,
    // Clients demand it, and don't call it for client credentials.
    authorization_endpoint: `${oauth}/authorize`,
    jwks_uri: `${base}/discovery/keys`,
    response_types_supported: ['token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  };
}

function instanceDiscovery(url: string) {
  const { host } = new URL(url);
  return {
    tenant_discovery_endpoint: `${url}/${TENANT_ID}/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}

/** The answer to client credentials. Errors: OAuthError; 429 and 503 as an HttpRefusal. */
async function giveToken(options: AuthorityOptions, c: WebContext) {
  const { limits, isOn, services } = options;
  if (!isOn) throw new OAuthError(400, 'unauthorized_client', OFF);
  const form = await readForm(c.req.raw);
  const grantType = form.get('grant_type') ?? '';
  if (grantType !== 'client_credentials') {
    const code = grantType ? 'unsupported_grant_type' : 'invalid_request';
    const named = GRANT_TYPE.test(grantType) ? ` ${grantType}` : '';
    throw new OAuthError(
      400,
      code,
      `The grant_type${named} isn't supported. Send client_credentials, with the id and secret of a token: in az, sign in with --service-principal.`,
    );
  }
  if (form.has('client_assertion')) throw new OAuthError(400, 'invalid_request', ONLY_SECRETS);
  const client = readClient(c.req.header('authorization'), form);
  const { facts } = c.env;
  const token = client.secret.length <= MAX_SECRET_LENGTH ? client.secret : '';
  const owner = await ownerOf(services, { token });
  if (owner?.program.tokenId !== client.id.toLowerCase()) {
    demandAllowance(await limits.take('wrongTokens', rateKey(facts.address)));
    demandAllowance(await limits.take('wrongSecrets', client.id));
    throw wrongClient(client);
  }
  const { program, service } = owner;
  demandAllowance(await limits.take('accessTokens', program.tokenId));
  const context = service.contextOf(program, facts.id);
  const tenant = c.req.param('tenant') ?? '';
  const { accessToken, seconds } = await exchangeToken(context, {
    tenantId: GUID.test(tenant) ? tenant : TENANT_ID,
    address: facts.address,
  });
  // Without `scope`: clients store the token under the scope that they asked for.
  return { token_type: 'Bearer', expires_in: seconds, ext_expires_in: seconds, access_token: accessToken };
}
