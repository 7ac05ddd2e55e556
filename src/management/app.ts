// The management API: what already talks to Azure API Management talks to us.
import { Hono, type Context as HonoContext } from 'hono';
import { DomainError } from '../domain/domain-error.ts';
import type { Log } from '../log.ts';
import { WaitsForApproval } from '../operations/frame/approval.ts';
import type { Actor, Clock, Context } from '../operations/frame/context.ts';
import type { RateLimits } from '../web/rate-limit.ts';
import { asRefusal, HttpRefusal } from '../web/refusal.ts';
import type { WebEnv } from '../web/request-facts.ts';
import { type Address, readAddress } from './address.ts';
import { createGate } from './gate.ts';
import { etagOf } from './if-match.ts';
import { createIssuer } from './issuer.ts';
import { waiting } from './long-running.ts';
import { ManagementError, sayDomainError, sayRefusal } from './management-error.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { demandApiVersion, readQuery } from './query.ts';
import { type Answer, type Call, findRoute, type Matched } from './route.ts';
import { ROUTES } from './routes.ts';

export const MAX_MANAGEMENT_BYTES = 256 * 1_024;
/** What a client calls its own request, kept in the audit beside our id. */
const CLIENT_REQUEST_ID = /^[\w.-]{1,100}$/;
const WITH_BODY = new Set(['PUT', 'PATCH', 'POST']);

type Parts = {
  log: Log;
  limits: RateLimits;
  publicUrl: () => string;
  /** Whose tokens are taken beside ours; null: nobody's. */
  oidc: OidcSettings | null;
  clock: Clock;
  contextOf(actor: Actor, requestId: string): Context;
  system(): Context;
};
type Web = HonoContext<WebEnv>;

/** Everything below `/subscriptions`. Whatever happens, the answer is in Azure's form. */
export function createManagement(parts: Parts): Hono<WebEnv> {
  const { log, limits, publicUrl, oidc, clock, contextOf, system } = parts;
  const gate = createGate({ limits, system, issuer: oidc ? createIssuer(oidc, { clock, log }) : null });
  const management = new Hono<WebEnv>();

  const answer = async (c: Web, headers: Headers): Promise<Response> => {
    c.env.facts.route = 'management';
    const program = await gate.recognise(c.req.raw.headers, c.env.facts);
    for (const [name, value] of Object.entries(await gate.count(program, c.req.method)))
      headers.set(name, value);
    const url = new URL(c.req.url);
    const query = readQuery(url.searchParams);
    const context = contextOf(program, requestIdOf(c));
    const address = demandAddress(url.pathname, context);
    demandApiVersion(query);
    const { route, params } = demandRoute(c.req.method, address);
    c.env.facts.route = `management ${route.operation}`;
    const call: Call = {
      context,
      address,
      params,
      query,
      body: WITH_BODY.has(c.req.method) ? await readBody(c.req.raw) : null,
      ifMatch: c.req.header('if-match') ?? null,
      publicUrl: publicUrl(),
    };
    try {
      return respond(await route.run(call), headers);
    } catch (error) {
      if (error instanceof WaitsForApproval) return respond(waiting(call, error), headers);
      if (error instanceof DomainError) throw sayDomainError(error, route.names);
      throw error;
    }
  };

  management.all('*', async (c) => {
    const headers = new Headers(requestHeaders(c));
    try {
      return await answer(c, headers);
    } catch (error) {
      return refuse(error, headers, (fault) => asRefusal(log, fault, c.env.facts));
    }
  });
  return management;
}

/** For what is refused before anybody is asked: a body that is too large, an address that is too long. */
export function refusalInAzuresForm(refusal: HttpRefusal, reference: string): Response {
  const headers = new Headers({ 'x-ms-request-id': reference });
  return refuse(refusal, headers, () => refusal);
}

function requestHeaders(c: Web): Record<string, string> {
  const client = c.req.header('x-ms-client-request-id') ?? '';
  return {
    'x-ms-request-id': c.env.facts.id,
    ...(CLIENT_REQUEST_ID.test(client) ? { 'x-ms-client-request-id': client } : {}),
  };
}

/** Ours, and behind a slash the client's own. */
function requestIdOf(c: Web): string {
  const client = c.req.header('x-ms-client-request-id') ?? '';
  return CLIENT_REQUEST_ID.test(client) ? `${c.env.facts.id}/${client}` : c.env.facts.id;
}

function demandAddress(path: string, { service }: Context): Address {
  const address = readAddress(path);
  const named = address?.service.toLowerCase();
  if (address && (named === service.id.toLowerCase() || named === service.name.toLowerCase())) return address;
  throw new ManagementError(
    404,
    'ResourceNotFound',
    'There is nothing at this address. It begins /subscriptions/{id}/resourceGroups/{name}/providers/Microsoft.ApiManagement/service/{service}/…, where the service is the one that this server is for.',
  );
}

function demandRoute(method: string, address: Address): Matched {
  const found = findRoute(ROUTES, method, address.segments);
  if (!found) throw sayRefusal(new HttpRefusal('not_found'));
  if ('route' in found) return found;
  throw new ManagementError(405, 'MethodNotAllowed', 'This address does not take such a request.', {
    headers: { allow: found.allow.join(', ') },
  });
}

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
    // Said below: what a parser says of a body quotes it.
  }
  throw new ManagementError(400, 'InvalidRequestContent', 'The body is not a JSON object.');
}

function respond({ status, body, version, headers: more }: Answer, headers: Headers): Response {
  for (const [name, value] of Object.entries(more ?? {})) headers.set(name, value);
  if (version !== undefined) headers.set('etag', etagOf(version));
  if (body === undefined) return new Response(null, { status, headers });
  return Response.json(body, { status, headers });
}

function refuse(error: unknown, headers: Headers, asFault: (error: unknown) => HttpRefusal): Response {
  const said =
    error instanceof ManagementError
      ? error
      : error instanceof DomainError
        ? sayDomainError(error)
        : sayRefusal(asFault(error));
  for (const [name, value] of Object.entries(said.headers)) headers.set(name, value);
  return Response.json(said.body(), { status: said.status, headers });
}
