// Reads a gateway's request: which key a call sends, and where it goes. An ambiguous request is a fault.
import type { IncomingMessage } from 'node:http';
import { type CallPath, readCallPath } from '../domain/call-path.ts';
import { apiKeyHash } from '../security/api-key.ts';

const CHECK_PATH = '/gateway/check';
export const KEY_HEADER = 'Ocp-Apim-Subscription-Key';
const SECRET_HEADER = 'X-Gateway-Secret';
const KEY_PARAMETER = 'subscription-key';
const API_PARAMETER = 'api';
const MAX_URI_LENGTH = 8 * 1_024;
/** Node silently drops further headers, and the gateway may put its own behind those of the client. */
const MAX_HEADERS = 100;

export type CheckRequestFault =
  | 'address_missing'
  | 'address_unreadable'
  | 'address_ambiguous'
  | 'key_twice'
  | 'header_twice'
  | 'api_twice'
  | 'too_much';

/** `keyHash` is null without a key. The API is named, or found by the path. */
export type CheckRequest = { keyHash: string | null } & (
  | { apiId: string; path: null }
  | { apiId: null; path: CallPath }
);

/** `uriHeader` in lower case; null: the original address follows our own path. */
export type CheckRequestOptions = { uriHeader: string | null };

type CheckHeaders = { key: string | null; uri: string | null; secret: string | null; isTwice: boolean };

const KEY_NAME = KEY_HEADER.toLowerCase();
const SECRET_NAME = SECRET_HEADER.toLowerCase();

/** Reads the raw list of headers, because Node's joined ones hide that one was sent twice. */
export function readCheckHeaders(req: IncomingMessage, { uriHeader }: CheckRequestOptions): CheckHeaders {
  const found: CheckHeaders = { key: null, uri: null, secret: null, isTwice: false };
  const { rawHeaders } = req;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const length = rawHeaders[at]?.length;
    if (length !== KEY_NAME.length && length !== SECRET_NAME.length && length !== uriHeader?.length) continue;
    const name = rawHeaders[at]?.toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    if (name === KEY_NAME) {
      found.isTwice ||= found.key !== null;
      found.key = value;
    } else if (name === uriHeader) {
      found.isTwice ||= found.uri !== null;
      found.uri = value;
    } else if (name === SECRET_NAME) {
      found.isTwice ||= found.secret !== null;
      found.secret = value;
    }
  }
  return found;
}

export function readCheckRequest(
  req: IncomingMessage,
  headers: CheckHeaders,
  options: CheckRequestOptions,
): CheckRequest | CheckRequestFault {
  const own = (req.url ?? '').slice(CHECK_PATH.length);
  if (req.rawHeaders.length >= MAX_HEADERS * 2 || own.length > MAX_URI_LENGTH) return 'too_much';
  if (headers.isTwice) return 'header_twice';
  if (options.uriHeader === null) return requestByPath(own.startsWith('/') ? own : `/${own}`, headers, '');
  const apis = queryOf(own)?.getAll(API_PARAMETER) ?? [];
  if (apis.length > 1) return 'api_twice';
  const [apiId] = apis;
  if (headers.uri !== null && headers.uri.length > MAX_URI_LENGTH) return 'too_much';
  if (apiId === undefined) return requestByPath(headers.uri, headers, own);
  const key = keyOf(headers, headers.uri ?? '', own);
  return key === undefined ? 'key_twice' : { keyHash: hashOf(key), apiId, path: null };
}

function requestByPath(
  uri: string | null,
  headers: CheckHeaders,
  own: string,
): CheckRequest | CheckRequestFault {
  if (!uri) return 'address_missing';
  const path = readCallPath(uri);
  if (!path) return 'address_unreadable';
  const key = keyOf(headers, uri, own);
  return key === undefined ? 'key_twice' : { keyHash: hashOf(key), apiId: null, path };
}

/** The key in the header, else in the original address, else in ours. Undefined for two in one query. */
function keyOf(headers: CheckHeaders, original: string, own: string): string | null | undefined {
  if (headers.key) return headers.key;
  for (const address of [original, own]) {
    const keys = queryOf(address)?.getAll(KEY_PARAMETER) ?? [];
    if (keys.length > 1) return undefined;
    if (keys[0]) return keys[0];
  }
  return null;
}

function queryOf(address: string): URLSearchParams | null {
  const at = address.indexOf('?');
  return at < 0 ? null : new URLSearchParams(address.slice(at + 1));
}

function hashOf(key: string | null): string | null {
  return key === null ? null : apiKeyHash(key);
}
