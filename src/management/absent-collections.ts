// The collections of Azure's service that this server doesn't have. They are empty, so that extractors and plans go on.
import { showService } from '../operations/services/show.ts';
import { demandApi } from './apis.ts';
import { demandReader, TENANT_ACCESS_IS_OFF } from './fixed-resources.ts';
import { readIfMatch } from './if-match.ts';
import { ManagementError, validationError } from './management-error.ts';
import { demandProduct } from './products.ts';
import type { FoundRoute, ManagementRequest, ManagementResponse, Route } from './route.ts';

const GATEWAY = 'Set them in the gateway in front of this server.';
const LIMITS = `${GATEWAY} Limits of calls are in products/{productId}/policies/policy.`;
const ABSENT = 'Nothing here uses them.';
const PORTAL = 'The portal has no pages of your own; /apim-user templates and the settings change its texts.';
const SIGN_IN = 'Developers sign in to the portal with their email and password.';
const NETWORK = 'Set them where this server runs.';

/** What a client can do instead, by the collection's path below the service. A name in braces is any name. */
export const COLLECTIONS: Readonly<Record<string, string>> = {
  allPolicies: GATEWAY,
  apiVersionSets: GATEWAY,
  apisByTags: ABSENT,
  authorizationProviders: GATEWAY,
  authorizationServers: GATEWAY,
  backends: GATEWAY,
  caches: GATEWAY,
  certificates: GATEWAY,
  contentTypes: PORTAL,
  diagnostics: GATEWAY,
  documentations: PORTAL,
  gateways: 'docs/gateways.md says how a gateway asks this server; it needs no entry.',
  identityProviders: SIGN_IN,
  issues: ABSENT,
  loggers: GATEWAY,
  namedValues: GATEWAY,
  openidConnectProviders: GATEWAY,
  policies: LIMITS,
  policyDescriptions: GATEWAY,
  policyFragments: GATEWAY,
  policyRestrictions: GATEWAY,
  portalRevisions: PORTAL,
  portalconfigs: PORTAL,
  privateEndpointConnections: NETWORK,
  privateLinkResources: NETWORK,
  productsByTags: ABSENT,
  quotas: GATEWAY,
  schemas: GATEWAY,
  skus: ABSENT,
  tagResources: ABSENT,
  tags: ABSENT,
  workspaceLinks: ABSENT,
  workspaces: 'Its users, groups, products and APIs belong to the service itself.',
  'apis/{apiId}/diagnostics': GATEWAY,
  'apis/{apiId}/issues': ABSENT,
  'apis/{apiId}/operations/{operationId}/policies': LIMITS,
  'apis/{apiId}/operations/{operationId}/tags': ABSENT,
  'apis/{apiId}/operationsByTags': ABSENT,
  'apis/{apiId}/policies': LIMITS,
  'apis/{apiId}/releases': GATEWAY,
  'apis/{apiId}/resolvers': GATEWAY,
  'apis/{apiId}/schemas': GATEWAY,
  'apis/{apiId}/tagDescriptions': ABSENT,
  'apis/{apiId}/tags': ABSENT,
  'apis/{apiId}/wikis': ABSENT,
  'products/{productId}/tags': ABSENT,
  'products/{productId}/wikis': ABSENT,
};

const NO_GIT =
  "This server's configuration isn't kept in Git. Its settings are the environment that it starts with.";

/** Azure's actions on the service that are refused, and why. */
export const REFUSED_ACTIONS: Readonly<Record<string, string>> = {
  applyNetworkConfigurationUpdates: NETWORK,
  backup: 'Back up the database of this server instead.',
  getSsoToken:
    'There is no publisher portal: operators work in Slack. users/{userId}/generateSsoUrl signs a developer in.',
  migrateToStv2: 'This server runs on no platform of Azure.',
  outboundNetworkDependenciesEndpoints: 'docs/connect.md says which hosts this server calls.',
  restore: 'Restore the database of this server instead.',
  validatePolicies: `This server keeps no policies. ${GATEWAY}`,
  'portalsettings/{settings}/listSecrets': 'Nothing is delegated, so there is no key.',
  'tenant/{accessName}/deploy': NO_GIT,
  'tenant/{accessName}/git': NO_GIT,
  'tenant/{accessName}/listSecrets': TENANT_ACCESS_IS_OFF,
  'tenant/{accessName}/regeneratePrimaryKey': TENANT_ACCESS_IS_OFF,
  'tenant/{accessName}/regenerateSecondaryKey': TENANT_ACCESS_IS_OFF,
  'tenant/{accessName}/save': NO_GIT,
  'tenant/{accessName}/syncState': NO_GIT,
  'tenant/{accessName}/validate': NO_GIT,
};

type Row = { path: string; words: string };
const byKey = (rows: Readonly<Record<string, string>>): ReadonlyMap<string, Row> =>
  new Map(Object.entries(rows).map(([path, words]) => [keyOf(path.split('/')), { path, words }]));
/** The second part of a path is a name, and so is the fourth. */
const keyOf = (parts: readonly string[]): string =>
  parts.map((part, index) => (index % 2 === 1 ? '*' : part.toLowerCase())).join('/');
const COLLECTIONS_BY_KEY = byKey(COLLECTIONS);
const ACTIONS_BY_KEY = byKey(REFUSED_ACTIONS);

/** What a request to something that only Azure has gets; null for a path that Azure doesn't have either. */
export function findAbsent(method: string, segments: readonly string[]): FoundRoute | null {
  for (const length of [1, 3, 5]) {
    const key = keyOf(segments.slice(0, length));
    const action = ACTIONS_BY_KEY.get(key);
    if (action) return { allow: [], words: action.words };
    const collection = COLLECTIONS_BY_KEY.get(key);
    if (collection) return inCollection(collection, method, segments, segments.length - length);
  }
  return null;
}

/** `depth`: how many parts of the path are below the collection. */
function inCollection(row: Row, method: string, segments: readonly string[], depth: number): FoundRoute {
  const { path } = row;
  const words = wordsOf(row);
  const parent = /\{(\w+)\}/.exec(path)?.[1];
  const isRead = method === 'GET' || method === 'HEAD';
  const route = (run: Route['run']): FoundRoute => ({
    route: {
      ...{ path, operation: path, run },
      // A change here is an attempt to look for what isn't there.
      ...(isRead ? { method } : { method: method as 'POST' | 'DELETE', attempts: showService }),
    },
    params: parent ? { [parent]: segments[1] ?? '' } : {},
  });
  if (depth === 0) return method === 'GET' ? route(listNothing) : { allow: ['GET'], words };
  if (method === 'DELETE') return route(deleteNothing);
  // A POST below an entity is an action on it.
  if (isRead || (method === 'POST' && depth > 1))
    return route(async (request) => {
      await demandParent(request);
      throw new ManagementError(404, 'ResourceNotFound', words);
    });
  return { allow: ['DELETE', 'GET', 'HEAD'], words };
}

/** `namedValues` as `named values`. */
function wordsOf({ path, words }: Row): string {
  const name = (path.split('/').at(-1) ?? '')
    .replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/^api(?=s?\b)/, 'API');
  return `This server has no ${name}. ${words}`;
}

/** Errors: `api_not_found`, `product_not_found`; without a right to read, `not_permitted`. */
async function demandParent(request: ManagementRequest): Promise<unknown> {
  const { apiId, productId } = request.params;
  if (apiId !== undefined) return demandApi(request);
  return productId === undefined ? demandReader(request.context) : demandProduct(request);
}

const UNTAGGED = ['includeNotTaggedApis', 'includeNotTaggedProducts', 'includeNotTaggedOperations'];

async function listNothing(request: ManagementRequest): Promise<ManagementResponse> {
  await demandParent(request);
  const untagged = UNTAGGED.find((name) => request.query.flag(name));
  // An empty list would say that there is nothing at all.
  if (untagged) throw validationError({ [untagged]: 'must be false: this server has no tags' });
  return { status: 200, body: { value: [], count: 0 } };
}

async function deleteNothing(request: ManagementRequest): Promise<ManagementResponse> {
  await demandReader(request.context);
  readIfMatch(request, 'required');
  return { status: 204 };
}
