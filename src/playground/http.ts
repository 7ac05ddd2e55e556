// What all routes of the playground share: the guard in front of them, bounded bodies, and faults for tests.
import type { IncomingMessage } from 'node:http';
import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Fault } from './faults.ts';
import { type Dict, isDict } from './shapes.ts';

/** Slack's own limit is about this size. */
export const MAX_BODY_BYTES = 1_000_000;
const LOCAL_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);
const FORWARDING_HEADERS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
];

export type PlaygroundEnv = { Bindings: HttpBindings };
export type PlaygroundContext = Context<PlaygroundEnv>;

export const limitBody = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: (c) => c.json({ ok: false, error: 'payload_too_large' }, 413, { connection: 'close' }),
  });

/** JSON, or else a form, as one object; null for JSON that can't be parsed or is no object. */
export function parseBody(contentType: string, body: string): Dict | null {
  if (!contentType.includes('application/json')) return Object.fromEntries(new URLSearchParams(body));
  try {
    const parsed: unknown = JSON.parse(body === '' ? '{}' : body);
    return isDict(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

export const bearerToken = (c: PlaygroundContext): string =>
  /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '';

/** The response to a fault; null when the route should answer as usual. */
export function faultResponse(
  fault: Fault | null,
  codes: { rateLimited: string; serverError: string; errorStatus: ContentfulStatusCode },
  refuse: (status: ContentfulStatusCode, code: string, headers?: Record<string, string>) => Response,
): Response | null {
  switch (fault?.kind) {
    case 'rate-limited':
      return refuse(429, codes.rateLimited, { 'retry-after': String(fault.retryAfterSeconds) });
    case 'server-error':
      return refuse(fault.status ?? 500, codes.serverError);
    case 'error':
      return refuse(fault.status ?? codes.errorStatus, fault.code);
    case 'hang':
      return RESPONSE_ALREADY_SENT;
    default:
      return null;
  }
}

export function dropConnection(c: PlaygroundContext): Response {
  c.env.incoming.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

/**
 * Whether a program on this machine sent the request directly: a loopback socket, no header of a proxy, and a local
 * `Host`, so that no web page elsewhere can get in by DNS rebinding.
 */
export function isLocalRequest(req: IncomingMessage): boolean {
  const address = req.socket.remoteAddress ?? '';
  const isLoopback = /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address) || address === '::1';
  if (!isLoopback || FORWARDING_HEADERS.some((name) => req.headers[name] !== undefined)) return false;
  const name = (req.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  return LOCAL_NAMES.has(name);
}

/** Whether a request that changes something comes from the playground's own page. */
export function isSameOrigin(c: PlaygroundContext): boolean {
  const site = c.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  return c.req.header('origin') === `http://${c.req.header('host') ?? ''}`;
}
