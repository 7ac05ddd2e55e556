// The HTTP server of all surfaces: it checks the limits, then passes a request on by its path.
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { v7 } from 'uuid';
import type { Log } from '../log.ts';
import {
  clientAddress,
  isUndeclaredProxy,
  readTrustedProxies,
  type TrustedProxies,
} from './client-address.ts';
import type { Metrics } from './metrics.ts';
import { MAX_FORM_BYTES, MAX_LARGE_BODIES, MAX_SLACK_BYTES, readBody } from './read-body.ts';
import { asRefusal, HttpRefusal, type RefusalResponder, refusalAsJson } from './refusal.ts';
import { keepRequestFacts, type RequestFacts, requestFacts, type WebBindings } from './request-facts.ts';
import { isAt, plainTarget } from './request-target.ts';
import { securityHeaders } from './security-headers.ts';
import { readTlsPair, type TlsFiles, watchTlsPair } from './tls.ts';

/** A slower request is answered with 408 (safety T38: within ten seconds). Its body counts too. */
const REQUEST_TIMEOUT_MS = 9_000;
const TIMEOUT_CHECK_MS = 500;
/** Longer than the minute of most load balancers: if we closed an idle connection first, a request on it would be lost. */
const KEEP_ALIVE_MS = 65_000;
const MAX_HEADER_BYTES = 16 * 1_024;
/** Browsers and proxies send some thirty. */
const MAX_HEADERS = 100;
const MAX_CONNECTIONS = 5_000;
const BODYLESS = new Set(['GET', 'HEAD', 'OPTIONS']);

export type HttpServer = {
  /** Port 0 takes a free one. Rejects when the port is taken. */
  listen(host: string, port: number): Promise<{ port: number }>;
  /** Refuses new requests, waits at most `graceMs` for those in flight, then ends their connections. */
  stop(graceMs: number): Promise<void>;
  setReady(isReady: boolean): void;
};

type GatewayRoutes = { '/gateway/check'?: RequestListener; '/gateway/follow'?: RequestListener };

export type HttpServerOptions = {
  log: Log;
  clock: () => Date;
  /** `TRUSTED_PROXIES`. */
  trustedProxies: readonly string[];
  /** Called with the address of a proxy that `trustedProxies` should name, at each request through it. */
  onUndeclaredProxy?: (address: string) => void;
  /**
   * Listeners that Hono doesn't call. `/slack/events` gets that path alone, with a body of at most 1 MB as `req.rawBody`,
   * where Bolt expects it. The others get every path below theirs and no body is read for them; those of `/gateway` are
   * called before anything else here, so they have limits, metrics and a reading of their paths of their own.
   */
  routes: GatewayRoutes & {
    '/slack/events'?: RequestListener;
    '/playground'?: RequestListener;
    /** Of the other services: the same paths below `/services/NAME`, which is taken from `req.url` before. */
    ofServices?: readonly (GatewayRoutes & { name: string })[];
  };
  /** For every other path: `app.fetch` of Hono. The body has been read by then. */
  fetch: (request: Request, env: WebBindings) => Response | Promise<Response>;
  /** Paths of which no case is another one; `fetch` sees them as they are written here. */
  caselessPaths?: readonly string[];
  /** Maximum bytes of a body at a path and below it, or what tells it for one of these paths; 16 KB otherwise. */
  bodyLimits?: Readonly<Record<string, number | ((path: string) => number)>>;
  /** Whether `PUBLIC_URL` is https. Browsers are then told to keep using it. */
  isHttps?: boolean;
  /** The certificate, when the server itself speaks HTTPS. */
  tls?: TlsFiles | null;
  /** How the server's own refusals are answered to a request's target; null for our JSON. */
  refusalAt?: (target: string) => RefusalResponder | null;
  metrics?: Pick<Metrics, 'observeRequest'>;
};

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { server, stopWatching } = createLimitedServer(options);
  const state: ServerState = { isReady: false, isStopping: false, inFlight: new Set() };
  server.on('request', createListener(options, state));
  return {
    listen: (host, port) => listen(server, host, port, options.log),
    setReady(isReady) {
      state.isReady = isReady;
    },
    async stop(graceMs) {
      state.isReady = false;
      state.isStopping = true;
      stopWatching();
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const res of state.inFlight) if (!res.headersSent) res.setHeader('connection', 'close');
      server.closeIdleConnections();
      const end = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(end);
    },
  };
}

type ServerState = { isReady: boolean; isStopping: boolean; inFlight: Set<ServerResponse> };

function createLimitedServer({ tls = null, log }: HttpServerOptions) {
  const limits = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const secure = tls && createTlsServer({ ...limits, ...readTlsPair(tls) });
  const watch = secure && watchTlsPair(tls, log, (pair) => secure.setSecureContext(pair));
  const server = secure ?? createServer(limits);
  // One more than is allowed: Node drops the rest silently, so a request with too many would pass for one with enough.
  server.maxHeadersCount = MAX_HEADERS + 1;
  server.maxConnections = MAX_CONNECTIONS;
  return { server, stopWatching: () => watch?.stop() };
}

function listen(server: Server, host: string, port: number, log: Log): Promise<{ port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      server.on('error', (error) =>
        log.error({ code: (error as NodeJS.ErrnoException).code }, 'server error'),
      );
      resolve({ port: (server.address() as AddressInfo).port });
    });
  });
}

function createListener(options: HttpServerOptions, state: ServerState): RequestListener {
  const { clock, metrics } = options;
  const trusted = readTrustedProxies(options.trustedProxies);
  const route = createRouter(options);
  const { ofServices = [], ...routes } = options.routes;
  return (req, res) => {
    const gateway = state.isStopping ? null : gatewayAt(routes, ofServices, req);
    if (gateway) return gateway(req, res);
    const id = v7({ msecs: clock().getTime() });
    const facts = factsOf(req, { id, trusted, isReady: state.isReady });
    if (facts.isBehindUndeclaredProxy) options.onUndeclaredProxy?.(facts.address);
    keepRequestFacts(req, facts);
    const startedAt = performance.now();
    state.inFlight.add(res);
    res.once('close', () => {
      state.inFlight.delete(res);
      const seconds = (performance.now() - startedAt) / 1_000;
      const { statusCode: status } = res;
      metrics?.observeRequest({ method: req.method ?? '', route: facts.route, status, seconds });
    });
    res.setHeader('x-request-id', facts.id);
    res.setHeader('x-content-type-options', 'nosniff');
    if (state.isStopping) res.setHeader('connection', 'close');
    const done = state.isStopping
      ? Promise.reject(new HttpRefusal('unavailable', 1))
      : route(req, res, facts);
    // An error ends its own request; the process goes on.
    done.catch((error: unknown) => answerRefusal(options, error, req, res, facts)).catch(() => res.destroy());
  };
}

/** Takes the part of the path that names the service. */
function gatewayAt(
  routes: GatewayRoutes,
  ofServices: NonNullable<HttpServerOptions['routes']['ofServices']>,
  req: IncomingMessage,
): RequestListener | null {
  if (isAt('/gateway/check', req.url)) return routes['/gateway/check'] ?? null;
  if (isAt('/gateway/follow', req.url)) return routes['/gateway/follow'] ?? null;
  for (const { name, ...own } of ofServices) {
    const prefix = `/services/${name}`;
    if (!isAt(prefix, req.url)) continue;
    const whole = req.url ?? '';
    req.url = whole.slice(prefix.length);
    const found = gatewayAt(own, [], req);
    if (!found) req.url = whole;
    return found;
  }
  return null;
}

type Router = (req: IncomingMessage, res: ServerResponse, facts: RequestFacts) => Promise<void>;

function createRouter(options: HttpServerOptions): Router {
  const { log, routes } = options;
  const webHeaders = Object.entries(securityHeaders({ isHttps: options.isHttps ?? false }));
  const bodyLimits = Object.entries(options.bodyLimits ?? {});
  const largeBodies = { count: 0 };
  const web = getRequestListener(
    async (request, env) => {
      const { incoming, outgoing } = env as HttpBindings;
      const facts = requestFacts(incoming);
      try {
        return await options.fetch(request, { incoming, outgoing, facts });
      } catch (error) {
        return refusalAsJson(asRefusal(log, error, facts), facts.id);
      }
    },
    // The adapter refuses malformed requests: an invalid Host, a backslash in the path.
    {
      errorHandler: () => {
        throw new HttpRefusal('bad_request');
      },
    },
  );

  return async (req, res, facts) => {
    const path = spellPlainly(req, options.caselessPaths ?? []);
    const slack = routes['/slack/events'];
    if (path === '/slack/events' && slack) {
      facts.route = '/slack/events';
      if (!BODYLESS.has(req.method ?? '')) await takeBody(req, MAX_SLACK_BYTES, largeBodies);
      return await slack(req, res);
    }
    const playground = routes['/playground'];
    if (playground && isAt('/playground', path)) {
      facts.route = '/playground';
      return await playground(req, res);
    }
    const limit = bodyLimits.find(([at]) => isAt(at, path))?.[1] ?? MAX_FORM_BYTES;
    if (!BODYLESS.has(req.method ?? ''))
      await takeBody(req, typeof limit === 'number' ? limit : limit(path), largeBodies);
    for (const [name, value] of webHeaders) res.setHeader(name, value);
    await web(req, res);
  };
}

/** Gives the request the one spelling of its target, for all that read it afterwards. Returns the path. */
function spellPlainly(req: IncomingMessage, caselessPaths: readonly string[]): string {
  if (req.rawHeaders.length / 2 >= MAX_HEADERS) throw new HttpRefusal('too_many_headers');
  const target = plainTarget(req.url ?? '');
  const caseless = caselessPaths.find((path) => isAt(path, target.toLowerCase())) ?? '';
  req.url = caseless + target.slice(caseless.length);
  return req.url.split('?', 1)[0] ?? '';
}

/** Bolt and Hono's adapter both find a body that was read before in `rawBody`. */
async function takeBody(
  req: IncomingMessage,
  maxBytes: number,
  largeBodies: { count: number },
): Promise<void> {
  const isLarge =
    maxBytes > MAX_SLACK_BYTES && Number(req.headers['content-length'] ?? maxBytes) > MAX_SLACK_BYTES;
  if (isLarge && largeBodies.count >= MAX_LARGE_BODIES) throw new HttpRefusal('unavailable', 5);
  largeBodies.count += isLarge ? 1 : 0;
  try {
    Object.assign(req, { rawBody: await readBody(req, maxBytes) });
  } finally {
    largeBodies.count -= isLarge ? 1 : 0;
  }
}

function factsOf(
  req: IncomingMessage,
  known: { id: string; trusted: TrustedProxies; isReady: boolean },
): RequestFacts {
  const { headers, socket } = req;
  const forwardedFor = headers['x-forwarded-for'];
  return {
    id: known.id,
    address: clientAddress(socket.remoteAddress, forwardedFor?.toString(), known.trusted),
    isBehindUndeclaredProxy: isUndeclaredProxy(socket.remoteAddress, headers, known.trusted),
    route: 'none',
    isReady: known.isReady,
  };
}

async function answerRefusal(
  { log, refusalAt }: Pick<HttpServerOptions, 'log' | 'refusalAt'>,
  error: unknown,
  req: IncomingMessage,
  res: ServerResponse,
  facts: RequestFacts,
): Promise<void> {
  const refusal = asRefusal(log, error, facts);
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const respond = refusalAt?.(req.url ?? '') ?? refusalAsJson;
  const answer = respond(refusal, facts.id);
  const body = await answer.text();
  // The rest of an unread body would come before the next request on this connection.
  if (!req.complete) res.setHeader('connection', 'close');
  for (const [name, value] of answer.headers) res.setHeader(name, value);
  res.writeHead(answer.status, { 'content-length': Buffer.byteLength(body) }).end(body);
}
