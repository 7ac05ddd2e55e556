// What the server knows about a request, for every surface.
import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

export type RequestFacts = {
  /** Our own UUIDv7, never the client's: sent as `X-Request-Id`, and in the log and the audit. */
  readonly id: string;
  /** The client's address: the socket's, or the one that a trusted proxy names. */
  readonly address: string;
  /** The address is that of a proxy that `TRUSTED_PROXIES` doesn't name, so all its visitors have it. */
  readonly isBehindUndeclaredProxy: boolean;
  /** The route's pattern, for the metrics. Never the path, which may hold a secret. */
  route: string;
  readonly isReady: boolean;
};

/** What Hono's handlers find in `c.env`. */
export type WebBindings = HttpBindings & { facts: RequestFacts };
export type WebEnv = { Bindings: WebBindings };
export type WebContext = Context<WebEnv>;

const factsByRequest = new WeakMap<IncomingMessage, RequestFacts>();

export function keepRequestFacts(req: IncomingMessage, facts: RequestFacts): void {
  factsByRequest.set(req, facts);
}

/** For listeners that Hono doesn't call (Bolt, the playground). Throws for a request that our server didn't receive. */
export function requestFacts(req: IncomingMessage): RequestFacts {
  const facts = factsByRequest.get(req);
  if (!facts) throw new Error('this request did not come in by our server');
  return facts;
}
