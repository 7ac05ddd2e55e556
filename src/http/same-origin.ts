import { HttpRefusal } from './refusal.ts';

const METHOD_OVERRIDES = ['x-http-method-override', 'x-http-method', 'x-method-override'];

/**
 * Whether a request that changes something comes from our own page: `Sec-Fetch-Site: same-origin` when the browser sends
 * it, else an `Origin` equal to that of `PUBLIC_URL`. A request with neither is not.
 * Source: ASVS 3.5.1, 3.5.3.
 */
export function isSameOrigin(headers: Headers, publicUrl: string): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  return headers.get('origin') === new URL(publicUrl).origin;
}

/** Refuses (403) what another site sent, and any request that wants to be taken for another method than its own. */
export function demandSameOrigin(headers: Headers, publicUrl: string): void {
  const wantsOtherMethod = METHOD_OVERRIDES.some((name) => headers.has(name));
  if (wantsOtherMethod || !isSameOrigin(headers, publicUrl)) throw new HttpRefusal('cross_site');
}
