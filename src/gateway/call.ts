// What a check is asked: a key, and where the call goes. Whatever can be read in two ways is a fault.
import type { IncomingMessage } from 'node:http';
import { type CallPath, readCallPath } from '../domain/call-path.ts';
import { apiKeyHash } from '../security/api-key.ts';

const CHECK_PATH = '/gateway/check';
export const KEY_HEADER = 'Ocp-Apim-Subscription-Key';
const SECRET_HEADER = 'X-Gateway-Secret';
const KEY_PARAMETER = 'subscription-key';
const API_PARAMETER = 'api';
const MAX_URI_LENGTH = 8 * 1_024;
/** Node cuts the rest off in silence: there, a header that counts could stand behind those of a client. */
const MAX_HEADERS = 100;

export type CallFault =
  | 'address_missing'
  | 'address_unreadable'
  | 'address_ambiguous'
  | 'key_twice'
  | 'header_twice'
  | 'api_twice'
  | 'too_much';

/** The hash of its key, null for none that could be one; and its API, or the path by which it is found. */
export type Call = { keyHash: string | null } & (
  | { apiId: string; path: null }
  | { apiId: null; path: CallPath }
);

/** `uriHeader`: its name in small letters; null: the rest of our own path is the original address. */
export type CallReader = { uriHeader: string | null };

type Headers = { key: string | null; uri: string | null; secret: string | null; isTwice: boolean };

const KEY_NAME = KEY_HEADER.toLowerCase();
const SECRET_NAME = SECRET_HEADER.toLowerCase();

/** The three headers that are read, by the raw list: joined ones would hide that there are two. */
export function readHeaders(req: IncomingMessage, { uriHeader }: CallReader): Headers {
  const found: Headers = { key: null, uri: null, secret: null, isTwice: false };
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

/** The call that a request asks about, or why it can't be told. */
export function readCall(req: IncomingMessage, headers: Headers, reader: CallReader): Call | CallFault {
  const own = (req.url ?? '').slice(CHECK_PATH.length);
  if (req.rawHeaders.length >= MAX_HEADERS * 2 || own.length > MAX_URI_LENGTH) return 'too_much';
  if (headers.isTwice) return 'header_twice';
  if (reader.uriHeader === null) return callTo(own.startsWith('/') ? own : `/${own}`, headers, '');
  const apis = queryOf(own)?.getAll(API_PARAMETER) ?? [];
  if (apis.length > 1) return 'api_twice';
  const [apiId] = apis;
  if (headers.uri !== null && headers.uri.length > MAX_URI_LENGTH) return 'too_much';
  if (apiId === undefined) return callTo(headers.uri, headers, own);
  const key = keyOf(headers, headers.uri ?? '', own);
  return key === undefined ? 'key_twice' : { keyHash: hashOf(key), apiId, path: null };
}

function callTo(uri: string | null, headers: Headers, own: string): Call | CallFault {
  if (!uri) return 'address_missing';
  const path = readCallPath(uri);
  if (!path) return 'address_unreadable';
  const key = keyOf(headers, uri, own);
  return key === undefined ? 'key_twice' : { keyHash: hashOf(key), apiId: null, path };
}

/** The header wins, then the original address, then ours. Undefined for two in one query. */
function keyOf(headers: Headers, original: string, own: string): string | null | undefined {
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
