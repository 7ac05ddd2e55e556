// The little HTTP that the playground needs: a bounded body, an answer, and the guard in front of all of it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Dict, isDict } from './shapes.ts';

const MAX_BODY_BYTES = 1_000_000;
const LOCAL_NAMES = new Set(['localhost', '127.0.0.1', '[::1]']);
const FORWARDING_HEADERS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
  'via',
];

export class BodyTooLarge extends Error {}

/** The whole body as text; throws `BodyTooLarge` beyond 1 MB, as Slack's own limit is of that size. */
export const readBody = async (req: IncomingMessage): Promise<string> =>
  (await readBytes(req, MAX_BODY_BYTES)).toString('utf8');

export async function readBytes(req: IncomingMessage, max: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > max) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Reads JSON or a form into one flat object; anything else, or what can't be parsed, is null. */
export function parseBody(contentType: string, body: string): Dict | null {
  if (contentType.includes('application/json')) {
    try {
      const parsed: unknown = JSON.parse(body === '' ? '{}' : body);
      return isDict(parsed) ? parsed : null;
    } catch {
      return null;
    }
  }
  return Object.fromEntries(new URLSearchParams(body));
}

export function sendJson(
  res: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  res.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    ...headers,
  });
  res.end(JSON.stringify(body));
}

/**
 * Whether the playground may answer at all: only a program on this machine that means this machine. The socket is
 * loopback, no proxy stands between, and `Host` is a local name, so that no web page elsewhere can reach it by DNS
 * rebinding.
 */
export function mayAnswer(req: IncomingMessage): boolean {
  const address = req.socket.remoteAddress ?? '';
  const isLoopback = /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address) || address === '::1';
  if (!isLoopback || FORWARDING_HEADERS.some((name) => req.headers[name] !== undefined)) return false;
  const name = (req.headers.host ?? '').replace(/:\d+$/, '').toLowerCase();
  return LOCAL_NAMES.has(name);
}

/** Whether a request that changes something comes from our own page. */
export function isSameOrigin(req: IncomingMessage): boolean {
  const site = req.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  return req.headers.origin === `http://${req.headers.host ?? ''}`;
}
