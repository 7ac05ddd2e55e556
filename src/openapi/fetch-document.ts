// Fetches the document at an address that a program or operator gives. They may not use this server to reach what it alone
// can: each address is checked when the connection to it is made, so neither a redirect nor a name that changes gets around.
import { lookup as lookUp } from 'node:dns';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { MAX_DOCUMENT_BYTES } from './read-document.ts';

const MAX_WAIT_MS = 15_000;
const MAX_REDIRECTS = 3;

/** What is wrong with a link, in words that follow its field's name. */
export class DocumentLinkError extends Error {}

/**
 * The text at a link. `hosts`: those that may be at a private address, as `host` or `host:port`; any other one must be at a
 * public address. Throws a `DocumentLinkError`.
 */
export async function fetchDocument(link: string, hosts: readonly string[]): Promise<string> {
  const signal = AbortSignal.timeout(MAX_WAIT_MS);
  let url = link;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const response = await get(demandUrl(url), hosts, signal);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 300 && statusCode < 400 && headers.location) {
      response.destroy();
      if (!URL.canParse(headers.location, url)) break;
      url = new URL(headers.location, url).href;
      continue;
    }
    if (statusCode === 200) return readText(response);
    response.destroy();
    throw new DocumentLinkError(`answers with the status ${statusCode}`);
  }
  throw new DocumentLinkError('redirects too often');
}

function demandUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw new DocumentLinkError('must be an address that begins with https://');
  if (url.username || url.password) throw new DocumentLinkError('must not have a user or password in it');
  return url;
}

const PRIVATE = 'leads to an address that is not public. OPENAPI_HOSTS can allow its host';

/** Also of an address of IPv6 that stands for one of IPv4. */
const isPublic = (address: string): boolean =>
  ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';

function get(url: URL, hosts: readonly string[], signal: AbortSignal): Promise<IncomingMessage> {
  const isAllowed = hosts.includes(url.host) || hosts.includes(url.hostname);
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  // Node asks for no name when there is an address already.
  if (!isAllowed && isIP(literal) && !isPublic(literal)) throw new DocumentLinkError(PRIVATE);
  return new Promise((resolve, reject) => {
    const request: ClientRequest = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      agent: false,
      headers: { accept: 'application/json, application/yaml, */*', 'user-agent': 'apim-user' },
      signal,
      ...(isAllowed ? {} : { lookup: lookUpPublic }),
    });
    request.once('response', resolve);
    request.once('error', (error) => reject(asLinkError(error)));
    request.end();
  });
}

/** One private address among them is enough to refuse a name: which one is used is chance. */
const lookUpPublic: LookupFunction = (hostname, options, done) =>
  lookUp(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '');
    if (addresses.length === 0 || !addresses.every(({ address }) => isPublic(address)))
      return done(new DocumentLinkError(PRIVATE), '');
    const [first] = addresses;
    return options.all ? done(null, addresses) : done(null, first?.address ?? '', first?.family ?? 4);
  });

/** The words of the network tell what is there, so they are left out. */
const asLinkError = (error: Error): DocumentLinkError =>
  error instanceof DocumentLinkError ? error : new DocumentLinkError("can't be reached");

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Uint8Array>) {
      size += chunk.byteLength;
      if (size > MAX_DOCUMENT_BYTES)
        throw new DocumentLinkError(`is larger than ${MAX_DOCUMENT_BYTES / 1_024 / 1_024} MB`);
      chunks.push(chunk);
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    response.destroy();
    if (error instanceof TypeError) throw new DocumentLinkError('has no text in UTF-8');
    throw asLinkError(error as Error);
  }
}
