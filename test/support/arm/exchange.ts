// One request and its answer, between a client, the stand-in and the product behind it.
import type { IncomingMessage } from 'node:http';
import { isResource, type Place, readPlace } from './paths.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever the contract has there.
export type Json = any;
export type Answer = { status: number; headers: Record<string, string>; body: Json };
export type Asked = {
  method: string;
  /** With the query. */
  url: string;
  place: Place | null;
  headers: Record<string, string>;
  body: string;
};

/** Those of the connection, and what the stand-in says for itself. */
const OWN_HEADERS =
  /^(host|connection|keep-alive|transfer-encoding|content-length|content-encoding|accept-encoding|expect|date|authorization|x-ms-ratelimit-.*)$/;

export const isRead = ({ method }: Pick<Asked, 'method'>): boolean => method === 'GET' || method === 'HEAD';

/** Whether it may change something: everything but reads, and reading keys or a token. */
export const isWrite = ({ method, place }: Pick<Asked, 'method' | 'place'>): boolean =>
  !isRead({ method }) && !/\/(listSecrets|token)$/i.test(place?.below ?? '');

/** Whether it makes, changes or removes a resource. */
export const isChange = ({ method, place }: Asked): boolean =>
  /^(PUT|PATCH|DELETE)$/.test(method) && isResource(place?.below ?? '');

export async function readAsked(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = request.url ?? '/';
  return {
    method: request.method ?? 'GET',
    url,
    place: readPlace(pathOf(url)),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: Buffer.concat(chunks).toString(),
  };
}

export const pathOf = (url: string): string => url.split('?')[0] ?? '';
export const queryOf = (url: string): URLSearchParams => new URLSearchParams(url.split('?')[1] ?? '');

/** An error in Azure's form. */
export const errorAnswer = (
  status: number,
  code: string,
  message: string,
  headers: Record<string, string> = {},
): Answer => ({ status, headers, body: { error: { code, message } } });

/** Sends requests on to the product, with its own tokens in turn: it limits each token to less than Azure does. */
export function createUpstream(url: string, tokens: readonly string[]) {
  let sent = 0;
  return async ({ method, url: target, headers, body }: Asked): Promise<Answer> => {
    sent += 1;
    const response = await fetch(`${url}${target}`, {
      method,
      headers: { ...without(headers), authorization: `Bearer ${tokens[sent % tokens.length]}` },
      redirect: 'manual',
      ...(body === '' ? {} : { body }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: without(Object.fromEntries(response.headers)),
      body: text === '' ? undefined : JSON.parse(text),
    };
  };
}

export type Upstream = ReturnType<typeof createUpstream>;

const without = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.test(name)));
