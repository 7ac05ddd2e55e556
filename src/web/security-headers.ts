import { createHash } from 'node:crypto';

/** RFC 6797; one year, as ASVS 3.4.1 asks for at least. Without subdomains: they are not ours to bind. */
const HSTS_SECONDS = 31_536_000;

/**
 * The headers of every page and answer: nothing from elsewhere is loaded, nobody frames us, nothing is kept in a cache,
 * and the address of the page, which may hold a ticket, is told to nobody.
 * With `hasSessionForms` we ourselves are told it: browsers that know no `Sec-Fetch-Site` (Safari before 16.4) then send
 * their forms with our origin instead of none.
 * `styles` are the contents of the page's own `<style>` elements, allowed by their hash.
 * Source: ASVS 3.4; OWASP HTTP Headers cheat sheet.
 */
export function securityHeaders(options: {
  isHttps: boolean;
  styles?: readonly string[];
  /** A page without a secret in its address, whose forms must say that they come from us. */
  hasSessionForms?: boolean;
}): Record<string, string> {
  const hashes = (options.styles ?? []).map((style) => `'sha256-${sha256(style)}'`);
  const policy = [
    "default-src 'none'",
    ...(hashes.length > 0 ? [`style-src ${hashes.join(' ')}`] : []),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': options.hasSessionForms ? 'same-origin' : 'no-referrer',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
    ...(options.isHttps ? { 'strict-transport-security': `max-age=${HSTS_SECONDS}` } : {}),
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
