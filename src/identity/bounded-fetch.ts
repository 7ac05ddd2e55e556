// Requests to a provider: no redirects, and no endless answers.
import type { CustomFetch } from 'openid-client';

const MAX_BYTES = 512 * 1_024;

/** The library gives each request its time limit. Throws for an answer of more than 512 KB. */
export const createBoundedFetch =
  (addressOf: (url: string) => string): CustomFetch =>
  async (url, options) => {
    const response = await fetch(addressOf(url), options as RequestInit);
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const part of response.body ?? []) {
      length += part.byteLength;
      if (length > MAX_BYTES) throw new TypeError(`the provider sent more than ${MAX_BYTES} bytes`);
      parts.push(part);
    }
    const { status, statusText, headers } = response;
    return new Response(length > 0 ? Buffer.concat(parts) : null, { status, statusText, headers });
  };
