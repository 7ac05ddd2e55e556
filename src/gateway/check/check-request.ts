// Reads a gateway's request: which key a call sends, and where it goes. An ambiguous request is a fault.
import type { IncomingMessage } from 'node:http';
import { type CallPath, readCallPath } from '../../domain/call-path.ts';
import { KEY_NAMES, type KeyNames } from '../../domain/key-names.ts';
import { apiKeyHash } from '../../security/api-key.ts';

const CHECK_PATH = '/gateway/check';
const SECRET_HEADER = 'X-Gateway-Secret';
const API_PARAMETER = 'api';
export const MAX_URI_LENGTH = 8 * 1_024;
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

/** The API is named, or found by the path. It decides where the key is. */
export type CheckRequest = { headers: CheckHeaders; original: string; own: string } & (
  | { apiId: string; path: null }
  | { apiId: null; path: CallPath }
);

/** `uriHeader` in lower case; null: the original address follows our own path. */
export type CheckRequestOptions = { uriHeader: string | null };

type CheckHeaders = {
  raw: readonly string[];
  /** Where every API's calls have it. */
  key: string | null;
  isKeyTwice: boolean;
  uri: string | null;
  secret: string | null;
  isTwice: boolean;
};

const KEY_NAME = KEY_NAMES.header.toLowerCase();
const SECRET_NAME = SECRET_HEADER.toLowerCase();

/** Reads the raw list of headers, because Node's joined ones hide that one was sent twice. */
export function readCheckHeaders(req: IncomingMessage, { uriHeader }: CheckRequestOptions): CheckHeaders {
  const { rawHeaders } = req;
  const found: CheckHeaders = {
    raw: rawHeaders,
    key: null,
    isKeyTwice: false,
    uri: null,
    secret: null,
    isTwice: false,
  };
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const length = rawHeaders[at]?.length;
    if (length !== KEY_NAME.length && length !== SECRET_NAME.length && length !== uriHeader?.length) continue;
    const name = rawHeaders[at]?.toLowerCase();
    const value = rawHeaders[at + 1] ?? '';
    if (name === KEY_NAME) {
      found.isKeyTwice ||= found.key !== null;
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
  return { headers, original: headers.uri ?? '', own, apiId, path: null };
}

function requestByPath(
  uri: string | null,
  headers: CheckHeaders,
  own: string,
): CheckRequest | CheckRequestFault {
  if (!uri) return 'address_missing';
  const path = readCallPath(uri);
  return path ? { headers, original: uri, own, apiId: null, path } : 'address_unreadable';
}

/**
 * The hash of the key in the header, else in the original address, else in ours; null without a key. A key where another API
 * has it doesn't count. `names`: the API's own, or null.
 */
export function readKey(
  { headers, original, own }: CheckRequest,
  names: KeyNames | null,
): { hash: string | null } | 'header_twice' | 'key_twice' {
  const inHeader = names === null ? headers : ownHeader(headers.raw, names.header);
  if (inHeader.isKeyTwice) return 'header_twice';
  if (inHeader.key) return { hash: apiKeyHash(inHeader.key) };
  const { query } = names ?? KEY_NAMES;
  for (const address of [original, own]) {
    const keys = queryOf(address)?.getAll(query) ?? [];
    if (keys.length > 1) return 'key_twice';
    if (keys[0]) return { hash: apiKeyHash(keys[0]) };
  }
  return { hash: null };
}

function ownHeader(raw: readonly string[], header: string): Pick<CheckHeaders, 'key' | 'isKeyTwice'> {
  const lower = header.toLowerCase();
  const values = raw.filter((_, at) => at % 2 === 1 && raw[at - 1]?.toLowerCase() === lower);
  return { key: values[0] ?? null, isKeyTwice: values.length > 1 };
}

function queryOf(address: string): URLSearchParams | null {
  const at = address.indexOf('?');
  return at < 0 ? null : new URLSearchParams(address.slice(at + 1));
}
