import { HttpRefusal } from './refusal.ts';

const METHOD_OVERRIDES = ['x-http-method-override', 'x-http-method', 'x-method-override'];

/**
 * Whether a request that changes something comes from our own page: `Sec-Fetch-Site: same-origin` when the browser sends
 * it, else an `Origin` equal to that of `PUBLIC_URL`. A request with neither is not.
 * `mayHideOrigin` also takes `Origin: null`, which is what a browser without `Sec-Fetch-Site` (Safari before 16.4) sends
 * from a page whose address nobody may learn (`Referrer-Policy: no-referrer`). Only for forms that nothing rides on: no
 * session, no cookie; what such a form does, its ticket allows, and without one anybody may do it from anywhere.
 * Source: ASVS 3.5.1, 3.5.3; Fetch 3.2.5 (the serialized origin); OWASP CSRF cheat sheet.
 */
function isSameOrigin(
  headers: Headers,
  publicUrl: string,
  { mayHideOrigin = false }: { mayHideOrigin?: boolean } = {},
): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  const origin = headers.get('origin');
  return origin === new URL(publicUrl).origin || (mayHideOrigin && origin === 'null');
}

/** Refuses (403) what another site sent, and any request that wants to be taken for another method than its own. */
export function demandSameOrigin(
  headers: Headers,
  publicUrl: string,
  options: { mayHideOrigin?: boolean } = {},
): void {
  const wantsOtherMethod = METHOD_OVERRIDES.some((name) => headers.has(name));
  if (wantsOtherMethod || !isSameOrigin(headers, publicUrl, options)) throw new HttpRefusal('cross_site');
}
