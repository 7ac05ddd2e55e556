// Fetches the document at an address that a program or operator gives.
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isPrivateHost, lookUpPublic, PrivateAddressError } from '../security/public-address.ts';
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

function get(url: URL, hosts: readonly string[], signal: AbortSignal): Promise<IncomingMessage> {
  const isAllowed = hosts.includes(url.host) || hosts.includes(url.hostname);
  if (!isAllowed && isPrivateHost(url.hostname)) throw new DocumentLinkError(PRIVATE);
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

/** The words of the network tell what is there, so they are left out. */
function asLinkError(error: Error): DocumentLinkError {
  if (error instanceof PrivateAddressError) return new DocumentLinkError(PRIVATE);
  return error instanceof DocumentLinkError ? error : new DocumentLinkError("can't be reached");
}

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
