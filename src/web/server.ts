// The one server of all surfaces: limits first, then whoever owns the address.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { v7 } from 'uuid';
import type { Log } from '../log.ts';
import { clientAddress, readTrustedProxies, type TrustedProxies } from './client-address.ts';
import type { Metrics } from './metrics.ts';
import { MAX_FORM_BYTES, MAX_SLACK_BYTES, readBody } from './read-body.ts';
import { asRefusal, HttpRefusal, type RefusalResponder, refusalAsJson } from './refusal.ts';
import { keepRequestFacts, type RequestFacts, requestFacts, type WebBindings } from './request-facts.ts';
import { securityHeaders } from './security-headers.ts';
import { readTlsPair, type TlsFiles, watchTlsPair } from './tls.ts';

/** Each request, with its body, has arrived within this time (safety T38: ten seconds), or is answered with 408. */
const REQUEST_TIMEOUT_MS = 9_000;
const TIMEOUT_CHECK_MS = 500;
/** Longer than the minute after which load balancers drop an idle connection, so that they drop it and not we. */
const KEEP_ALIVE_MS = 65_000;
const MAX_HEADER_BYTES = 16 * 1_024;
/** Fewer than this; browsers and proxies send some thirty. */
const MAX_HEADERS = 100;
const MAX_URL_LENGTH = 8 * 1_024;
const MAX_CONNECTIONS = 5_000;
const BODYLESS = new Set(['GET', 'HEAD', 'OPTIONS']);

export type HttpServer = {
  /** Port 0 takes a free one. Rejects when the port is taken. */
  listen(host: string, port: number): Promise<{ port: number }>;
  /** Takes no more requests, waits for those in flight for at most `graceMs`, then ends what is left. */
  stop(graceMs: number): Promise<void>;
  setReady(isReady: boolean): void;
};

export type HttpServerOptions = {
  log: Log;
  clock: () => Date;
  /** `TRUSTED_PROXIES`. */
  trustedProxies: readonly string[];
  /**
   * Listeners of others. `/slack/events` is that path alone and finds its body, of at most 1 MB, as `req.rawBody`, as Bolt
   * expects it; `/playground` is everything below as well and reads its own bodies; `/gateway/check` too, which reads none
   * and takes a way so short that it counts its own figures and knows its own limits.
   */
  routes: {
    '/slack/events'?: RequestListener;
    '/playground'?: RequestListener;
    '/gateway/check'?: RequestListener;
  };
  /** Everything else: `app.fetch` of Hono. Bodies have been read when it is called. */
  fetch: (request: Request, env: WebBindings) => Response | Promise<Response>;
  /** Bodies for paths that begin so may be of that many bytes; 16 KB otherwise. */
  bodyLimits?: Readonly<Record<string, number>>;
  /** Whether `PUBLIC_URL` is https: browsers are told to stay with it. */
  isHttps?: boolean;
  /** The server speaks HTTPS itself, with this certificate. */
  tls?: TlsFiles | null;
  /** How what HTTP refuses is answered below a path: `/subscriptions` in Azure's form. JSON of ours otherwise. */
  refusals?: Readonly<Record<string, RefusalResponder>>;
  metrics?: Pick<Metrics, 'observeRequest'>;
};

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { log, clock, metrics } = options;
  const trusted = readTrustedProxies(options.trustedProxies);
  const inFlight = new Set<ServerResponse>();
  let isReady = false;
  let isStopping = false;

  const limits = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    headersTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const tls = options.tls ?? null;
  const secure = tls && createTlsServer({ ...limits, ...readTlsPair(tls) });
  const server = secure ?? createServer(limits);
  const watch = secure && tls && watchTlsPair(tls, log, (pair) => secure.setSecureContext(pair));
  // One more than is allowed: Node would cut the rest off in silence, and then nobody knows that there were too many.
  server.maxHeadersCount = MAX_HEADERS + 1;
  server.maxConnections = MAX_CONNECTIONS;

  const route = createRouter(options);
  const check = options.routes['/gateway/check'];
  server.on('request', (req, res) => {
    if (check && !isStopping && isAt('/gateway/check', req.url)) return check(req, res);
    const facts = factsOf(req, { id: v7({ msecs: clock().getTime() }), trusted, isReady });
    keepRequestFacts(req, facts);
    const startedAt = performance.now();
    inFlight.add(res);
    res.once('close', () => {
      inFlight.delete(res);
      const seconds = (performance.now() - startedAt) / 1_000;
      metrics?.observeRequest({
        method: req.method ?? '',
        route: facts.route,
        status: res.statusCode,
        seconds,
      });
    });
    res.setHeader('x-request-id', facts.id);
    res.setHeader('x-content-type-options', 'nosniff');
    if (isStopping) res.setHeader('connection', 'close');
    const done = isStopping ? Promise.reject(new HttpRefusal('unavailable', 1)) : route(req, res, facts);
    // Whatever happens to one request, the process goes on.
    done.catch((error: unknown) => answerRefusal(options, error, req, res, facts));
  });

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          server.on('error', (error) =>
            log.error({ code: (error as NodeJS.ErrnoException).code }, 'server error'),
          );
          resolve({ port: (server.address() as AddressInfo).port });
        });
      }),
    setReady(ready) {
      isReady = ready;
    },
    async stop(graceMs) {
      isReady = false;
      isStopping = true;
      watch?.stop();
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const res of inFlight) if (!res.headersSent) res.setHeader('connection', 'close');
      server.closeIdleConnections();
      const end = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(end);
    },
  };
}

/** Whether a target is this path or below it, undecoded. */
function isAt(path: string, target = ''): boolean {
  return target.startsWith(path) && ['', '/', '?'].includes(target.charAt(path.length));
}

type Router = (req: IncomingMessage, res: ServerResponse, facts: RequestFacts) => Promise<void>;

function createRouter(options: HttpServerOptions): Router {
  const { log, routes } = options;
  const webHeaders = Object.entries(securityHeaders({ isHttps: options.isHttps ?? false }));
  const bodyLimits = Object.entries(options.bodyLimits ?? {});
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
    // What the adapter refuses is the request's own fault: a Host that is none, a backslash in the path.
    {
      errorHandler: () => {
        throw new HttpRefusal('bad_request');
      },
    },
  );

  return async (req, res, facts) => {
    const path = checkedPath(req);
    const slack = routes['/slack/events'];
    if (path === '/slack/events' && slack) {
      facts.route = '/slack/events';
      if (!BODYLESS.has(req.method ?? '')) await takeBody(req, MAX_SLACK_BYTES);
      return await slack(req, res);
    }
    const playground = routes['/playground'];
    if ((path === '/playground' || path.startsWith('/playground/')) && playground) {
      facts.route = '/playground';
      return await playground(req, res);
    }
    const limit = bodyLimits.find(([prefix]) => path.startsWith(prefix))?.[1] ?? MAX_FORM_BYTES;
    if (!BODYLESS.has(req.method ?? '')) await takeBody(req, limit);
    for (const [name, value] of webHeaders) res.setHeader(name, value);
    await web(req, res);
  };
}

/** The path, undecoded. Refuses a target that two programs could read in two ways. */
function checkedPath(req: IncomingMessage): string {
  const target = req.url ?? '';
  if (target.length > MAX_URL_LENGTH) throw new HttpRefusal('address_too_long');
  if (req.rawHeaders.length / 2 >= MAX_HEADERS) throw new HttpRefusal('too_many_headers');
  if (!target.startsWith('/')) throw new HttpRefusal('bad_request');
  try {
    decodeURIComponent(target);
  } catch {
    throw new HttpRefusal('bad_request');
  }
  return target.split('?', 1)[0] ?? '';
}

/** Bolt and Hono's adapter both take a body that was read before from `rawBody`. */
async function takeBody(req: IncomingMessage, maxBytes: number): Promise<void> {
  Object.assign(req, { rawBody: await readBody(req, maxBytes) });
}

function factsOf(
  req: IncomingMessage,
  known: { id: string; trusted: TrustedProxies; isReady: boolean },
): RequestFacts {
  const forwardedFor = req.headers['x-forwarded-for'];
  return {
    id: known.id,
    address: clientAddress(req.socket.remoteAddress, forwardedFor?.toString(), known.trusted),
    route: 'none',
    isReady: known.isReady,
  };
}

function answerRefusal(
  { log, refusals }: Pick<HttpServerOptions, 'log' | 'refusals'>,
  error: unknown,
  req: IncomingMessage,
  res: ServerResponse,
  facts: RequestFacts,
): void {
  const refusal = asRefusal(log, error, facts);
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const path = req.url ?? '';
  const respond =
    Object.entries(refusals ?? {}).find(([prefix]) => path.startsWith(prefix))?.[1] ?? refusalAsJson;
  const answer = respond(refusal, facts.id);
  // A body that was not read to its end stands before the next request on this connection.
  if (!req.complete) res.setHeader('connection', 'close');
  for (const [name, value] of answer.headers) res.setHeader(name, value);
  answer.text().then(
    (body) => res.writeHead(answer.status, { 'content-length': Buffer.byteLength(body) }).end(body),
    () => res.destroy(),
  );
}
