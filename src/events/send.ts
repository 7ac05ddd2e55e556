// Sends one message to a webhook. The receiver may be anybody's: it decides neither where a request goes nor how long it
// takes, and what it answers beyond the status isn't kept.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isPrivateHost, lookUpPublic, PrivateAddressError } from '../security/public-address.ts';

export const SEND_TIMEOUT_MS = 15_000;
/** A receiver that hasn't ended its answer by then is cut off. Its status counts all the same. */
const MAX_ANSWER_MS = 1_000;
const MAX_ANSWER_BYTES = 16 * 1_024;

export type WebhookMessage = { url: string; headers: Record<string, string>; body: string };

export type SendOutcome =
  | { status: number; code: null; retryAfterMs: number | null }
  | { status: null; code: SendFailure; retryAfterMs: null };
/** Why there was no answer. */
type SendFailure =
  | 'private_address'
  | 'not_https'
  | 'name_unknown'
  | 'connection_refused'
  | 'connection_lost'
  | 'certificate_refused'
  | 'timeout'
  | 'not_http';

export type SendOptions = {
  /** Those that may be at a private address, and without TLS, as `host` or `host:port`. */
  hosts: readonly string[];
  signal?: AbortSignal;
  lookup?: LookupFunction;
  timeoutMs?: number;
};

export const isAllowedHost = (url: URL, hosts: readonly string[]): boolean =>
  hosts.includes(url.host) || hosts.includes(url.hostname);

/** One POST. Never rejects. */
export async function sendMessage(
  { url: text, headers, body }: WebhookMessage,
  { hosts, signal, lookup = lookUpPublic, timeoutMs = SEND_TIMEOUT_MS }: SendOptions,
): Promise<SendOutcome> {
  const url = new URL(text);
  const isAllowed = isAllowedHost(url, hosts);
  const failed = (code: SendFailure): SendOutcome => ({ status: null, code, retryAfterMs: null });
  if (url.protocol !== 'https:' && !isAllowed) return failed('not_https');
  if (!isAllowed && isPrivateHost(url.hostname)) return failed('private_address');
  const timeout = AbortSignal.timeout(timeoutMs);
  const ended = signal ? AbortSignal.any([signal, timeout]) : timeout;
  return new Promise((resolve) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      method: 'POST',
      agent: false,
      signal: ended,
      headers: { ...headers, 'user-agent': 'apim-user', 'content-length': Buffer.byteLength(body) },
      ...(isAllowed ? {} : { lookup }),
    });
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      const seconds = Number(response.headers['retry-after']);
      const retryAfterMs = seconds > 0 && Number.isFinite(seconds) ? seconds * 1_000 : null;
      endAnswer(response, () => resolve({ status, code: null, retryAfterMs }));
    });
    request.on('error', (error) => resolve(failed(ended.aborted ? 'timeout' : failureOf(error))));
    request.end(body);
  });
}

/** Reads a little, so that a receiver that answers shortly isn't cut off. */
function endAnswer(response: IncomingMessage, done: () => void): void {
  let bytes = 0;
  const timer = setTimeout(() => response.destroy(), MAX_ANSWER_MS);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) response.destroy();
  });
  response.on('error', () => {});
  response.once('close', () => {
    clearTimeout(timer);
    done();
  });
}

const FAILURES: Readonly<Record<string, SendFailure>> = {
  ENOTFOUND: 'name_unknown',
  EAI_AGAIN: 'name_unknown',
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_lost',
  EPIPE: 'connection_lost',
};

/** The error's own words can have the address of what is there, so they are left out. */
function failureOf(error: NodeJS.ErrnoException): SendFailure {
  if (error instanceof PrivateAddressError) return 'private_address';
  const code = error.code ?? '';
  if (code.startsWith('HPE_')) return 'not_http';
  if (/CERT|TLS|SSL|SIGNATURE|ALTNAME/.test(code)) return 'certificate_refused';
  return FAILURES[code] ?? 'connection_lost';
}
