// What the server knows of a request, for every surface alike.
import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';

export type RequestFacts = {
  /** A UUIDv7 of our own, never the client's; on the answer as `X-Request-Id`, in the log and in the audit. */
  readonly id: string;
  /** Who asks: the socket's address, or what a trusted proxy says. */
  readonly address: string;
  /** The surface's name of the route, for metrics: the pattern, never the path, which may hold a secret. */
  route: string;
  readonly isReady: boolean;
};

/** What Hono's handlers find in `c.env`, and the type of an app of ours: `Hono<WebEnv>`. */
export type WebBindings = HttpBindings & { facts: RequestFacts };
export type WebEnv = { Bindings: WebBindings };
export type WebContext = Context<WebEnv>;

const factsByRequest = new WeakMap<IncomingMessage, RequestFacts>();

export function keepRequestFacts(req: IncomingMessage, facts: RequestFacts): void {
  factsByRequest.set(req, facts);
}

/** For listeners that are not Hono's (Bolt, the playground). Throws for a request that did not come in by our server. */
export function requestFacts(req: IncomingMessage): RequestFacts {
  const facts = factsByRequest.get(req);
  if (!facts) throw new Error('this request did not come in by our server');
  return facts;
}
