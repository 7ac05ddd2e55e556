import { HttpRefusal } from './refusal.ts';

const METHOD_OVERRIDES = ['x-http-method-override', 'x-http-method', 'x-method-override'];

/**
 * Refuses (403) a request that another site sent, and one that overrides its method. Our own page sends
 * `Sec-Fetch-Site: same-origin`, or in browsers without that header an `Origin` equal to that of `PUBLIC_URL`.
 * `mayHideOrigin` also takes `Origin: null`, which a browser without `Sec-Fetch-Site` (Safari before 16.4) sends from a
 * page with `Referrer-Policy: no-referrer`. Only for forms that don't depend on a session: their ticket is their permission.
 * Source: ASVS 3.5.1, 3.5.3; Fetch 3.2.5 (the serialized origin); OWASP CSRF cheat sheet.
 */
export function demandSameOrigin(
  headers: Headers,
  publicUrl: string,
  options: { mayHideOrigin?: boolean } = {},
): void {
  const overridesMethod = METHOD_OVERRIDES.some((name) => headers.has(name));
  if (overridesMethod || !isSameOrigin(headers, publicUrl, options)) throw new HttpRefusal('cross_site');
}

export function isSameOrigin(
  headers: Headers,
  publicUrl: string,
  { mayHideOrigin = false }: { mayHideOrigin?: boolean } = {},
): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site === 'same-origin';
  const origin = headers.get('origin');
  return origin === new URL(publicUrl).origin || (mayHideOrigin && origin === 'null');
}
