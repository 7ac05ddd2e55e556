// The management API: programs written for Azure API Management can use this server instead.
import { Hono } from 'hono';
import { DomainError } from '../domain/domain-error.ts';
import type { Log } from '../log.ts';
import { WaitsForApproval } from '../operations/frame/approval.ts';
import type { Clock, Context, Services } from '../operations/frame/context.ts';
import type { RateLimits } from '../web/rate-limit.ts';
import { asRefusal, HttpRefusal } from '../web/refusal.ts';
import type { WebContext, WebEnv } from '../web/request-facts.ts';
import { findAbsent } from './absent-collections.ts';
import {
  type Address,
  isResourceGroup,
  isSubscription,
  type Place,
  readAddress,
  readParts,
} from './address.ts';
import { API_OPERATION_ROUTES } from './api-operations.ts';
import { answerMissingRevision, readApiName } from './api-revision.ts';
import { API_ROUTES } from './apis.ts';
import { RESOURCE_MANAGER_ROUTES } from './arm.ts';
import { createAuthenticator } from './authenticate.ts';
import { findFeed, respondWithFeed } from './feeds.ts';
import { FIXED_ROUTES } from './fixed-resources.ts';
import { GROUP_ROUTES } from './groups.ts';
import { etagOf, type Preconditions } from './if-match.ts';
import { createIssuer } from './issuer.ts';
import { LONG_RUNNING_ROUTES, waitingResponse } from './long-running.ts';
import { domainErrorAsAzure, ManagementError, refusalAsAzure } from './management-error.ts';
import { NOTIFICATION_ROUTES } from './notifications.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { runRoute } from './path-ids.ts';
import { PRODUCT_LINK_ROUTES } from './product-links.ts';
import { PRODUCT_POLICY_ROUTES } from './product-policies.ts';
import { PRODUCT_ROUTES } from './products.ts';
import { demandApiVersion, readQuery } from './query.ts';
import { REPORT_ROUTES } from './reports.ts';
import {
  findRoute,
  type ManagementRequest,
  type ManagementResponse,
  type MatchedRoute,
  type Route,
} from './route.ts';
import { SERVICE_ROUTES } from './service.ts';
import { SUBSCRIPTION_ROUTES } from './subscriptions.ts';
import { TEMPLATE_ROUTES } from './templates.ts';
import { USER_ROUTES } from './users.ts';

const MAX_BODY_BYTES = 256 * 1_024;
/** A document of 4 MB in a JSON text: its line ends and quotes are longer there. */
const MAX_IMPORT_BYTES = 8 * 1_024 * 1_024;
const OF_ONE_API = /\/apis\/[^/]+\/?$/i;

/** At most this many bytes in the body of a request to a path. */
export const maxManagementBytes = (path: string): number =>
  OF_ONE_API.test(path) ? MAX_IMPORT_BYTES : MAX_BODY_BYTES;
/** The audit keeps a client's own id of a request beside ours. */
const CLIENT_REQUEST_ID = /^[\w.-]{1,100}$/;
const WITH_BODY = new Set(['PUT', 'PATCH', 'POST']);

type ManagementOptions = {
  log: Log;
  limits: RateLimits;
  publicUrl: () => string;
  /** The issuer whose tokens are accepted beside ours; null for none. */
  oidc: OidcSettings | null;
  preconditions: Preconditions;
  hasClientCredentials: boolean;
  place: Place;
  clock: Clock;
  services: Services;
};

/** Where Azure Resource Manager's addresses begin. Every refusal there has Azure's form. */
export const RESOURCE_MANAGER = ['/subscriptions', '/tenants', '/providers'] as const;

/** Everything below those, and the feeds. Every answer is in Azure's form, faults too. */
export function createManagement(options: ManagementOptions): Hono<WebEnv> {
  const { log, limits, oidc, hasClientCredentials, clock, services } = options;
  const issuer = oidc ? createIssuer(oidc, { clock, log }) : null;
  const authenticator = createAuthenticator({ limits, services, issuer, hasClientCredentials });
  const management = new Hono<WebEnv>();

  /** Adds to `headers`, which an error is answered with too. */
  const respond = async (c: WebContext, headers: Headers): Promise<Response> => {
    c.env.facts.route = 'management';
    const { program, service } = await authenticator.authenticate(c.req.raw.headers, c.env.facts);
    const counts = await authenticator.countRequest(program, c.req.method);
    for (const [name, value] of Object.entries(counts)) headers.set(name, value);
    const { pathname, searchParams } = new URL(c.req.url);
    const query = readQuery(searchParams);
    const context = service.contextOf(program, requestIdOf(c));
    const feed = findFeed(pathname);
    if (feed) {
      c.env.facts.route = `management ${pathname}`;
      if (c.req.method !== 'GET') throw methodNotAllowed(['GET']);
      const publicUrl = options.publicUrl();
      return respondWithFeed(feed, { context, query, path: pathname, publicUrl, headers });
    }
    const { address, route, params } = demandRoute(c.req.method, pathname, context);
    demandApiVersion(query, route.oldestVersion);
    c.env.facts.route = `management ${route.operation}`;
    const request: ManagementRequest = {
      context,
      address,
      params,
      query,
      body: WITH_BODY.has(c.req.method) ? await readBody(c.req.raw) : null,
      ifMatch: c.req.header('if-match') ?? null,
      ifNoneMatch: c.req.header('if-none-match') ?? null,
      preconditions: options.preconditions,
      publicUrl: options.publicUrl(),
      place: options.place,
    };
    try {
      return toResponse(await runNamed(route, request), headers);
    } catch (error) {
      if (error instanceof WaitsForApproval) return toResponse(waitingResponse(request, error), headers);
      if (error instanceof DomainError) throw domainErrorAsAzure(error, route.names);
      throw error;
    }
  };

  management.all('*', async (c) => {
    const headers = new Headers(requestHeaders(c));
    try {
      return await respond(c, headers);
    } catch (error) {
      return toErrorResponse(asManagementError(error, log, c.env.facts), headers);
    }
  });
  return management;
}

/** For requests that the server refuses before the app sees them: a body too large, an address too long. */
export function refusalInAzuresForm(refusal: HttpRefusal, reference: string): Response {
  return toErrorResponse(refusalAsAzure(refusal), new Headers({ 'x-ms-request-id': reference }));
}

function requestHeaders(c: WebContext): Record<string, string> {
  const client = clientRequestId(c);
  return {
    'x-ms-request-id': c.env.facts.id,
    ...(client === null ? {} : { 'x-ms-client-request-id': client }),
  };
}

/** Our id, then a slash and the client's own id if it sent one. */
function requestIdOf(c: WebContext): string {
  const client = clientRequestId(c);
  return client === null ? c.env.facts.id : `${c.env.facts.id}/${client}`;
}

function clientRequestId(c: WebContext): string | null {
  const id = c.req.header('x-ms-client-request-id') ?? '';
  return CLIENT_REQUEST_ID.test(id) ? id : null;
}

async function runNamed(route: Route, named: ManagementRequest): Promise<ManagementResponse> {
  const { apiId } = named.params;
  const missing = apiId === undefined ? null : answerMissingRevision(route.method, apiId);
  if (missing) return missing;
  const request =
    apiId === undefined ? named : { ...named, params: { ...named.params, apiId: readApiName(apiId).id } };
  return runRoute(route, request);
}

type Found = MatchedRoute & { address: Address };

/** The route of a path at or below the service of the token, or of Resource Manager around it. Errors: 404, 405. */
function demandRoute(method: string, path: string, { service }: Context): Found {
  const parts = readParts(path) ?? [];
  const address = readAddress(parts);
  const named = address?.service.toLowerCase();
  const isOurs = named === service.id.toLowerCase() || named === service.name.toLowerCase();
  if (address && isOurs)
    return {
      ...demandMatch(findRoute(ROUTES, method, address.segments) ?? findAbsent(method, address.segments)),
      address,
    };
  const found = findRoute(RESOURCE_MANAGER_ROUTES, method, parts);
  const isNamedWell = isSubscription(parts[1] ?? 'any') && isResourceGroup(parts[3] ?? 'any');
  if (!address && found && isNamedWell)
    return { ...demandMatch(found), address: { base: '', service: service.name, segments: parts } };
  // Without the name: a message repeats nothing of a path that leads nowhere.
  const missing = address
    ? 'This server has no service of that name.'
    : 'This server has nothing at this URL.';
  throw new ManagementError(
    404,
    'ResourceNotFound',
    `${missing} It has one service, ${service.name}: /subscriptions/{id}/resourceGroups/{name}/providers/Microsoft.ApiManagement/service/${service.name}/….`,
  );
}

function demandMatch(found: ReturnType<typeof findRoute>): MatchedRoute {
  if (!found) throw refusalAsAzure(new HttpRefusal('not_found'));
  if ('route' in found) return found;
  throw methodNotAllowed(found.allow, found.words);
}

const methodNotAllowed = (
  allow: readonly string[],
  words = "This URL doesn't accept this kind of request.",
): ManagementError =>
  new ManagementError(405, 'MethodNotAllowed', words, { headers: { allow: allow.join(', ') } });

async function readBody(request: Request): Promise<Record<string, unknown> | null> {
  const text = await request.text();
  if (text === '') return null;
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) throw new HttpRefusal('unsupported_content_type');
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
      return body as Record<string, unknown>;
  } catch {
    // The parser's own message would quote the body.
  }
  throw new ManagementError(400, 'InvalidRequestContent', 'The body must be a JSON object.');
}

function asManagementError(error: unknown, log: Log, facts: { id: string; route: string }): ManagementError {
  if (error instanceof ManagementError) return error;
  if (error instanceof DomainError) return domainErrorAsAzure(error);
  return refusalAsAzure(asRefusal(log, error, facts));
}

function toResponse(
  { status, body, version, headers: more }: ManagementResponse,
  headers: Headers,
): Response {
  for (const [name, value] of Object.entries(more ?? {})) headers.set(name, value);
  if (version !== undefined) headers.set('etag', etagOf(version));
  if (body === undefined) return new Response(null, { status, headers });
  return Response.json(body, { status, headers });
}

function toErrorResponse(error: ManagementError, headers: Headers): Response {
  for (const [name, value] of Object.entries(error.headers)) headers.set(name, value);
  return Response.json(error.body(), { status: error.status, headers });
}

export const ROUTES: readonly Route[] = [
  ...SERVICE_ROUTES,
  ...USER_ROUTES,
  ...GROUP_ROUTES,
  ...SUBSCRIPTION_ROUTES,
  ...PRODUCT_ROUTES,
  ...PRODUCT_LINK_ROUTES,
  ...PRODUCT_POLICY_ROUTES,
  ...API_ROUTES,
  ...API_OPERATION_ROUTES,
  ...TEMPLATE_ROUTES,
  ...NOTIFICATION_ROUTES,
  ...REPORT_ROUTES,
  ...FIXED_ROUTES,
  ...LONG_RUNNING_ROUTES,
];
