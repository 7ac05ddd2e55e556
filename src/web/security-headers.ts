import { createHash } from 'node:crypto';

/** RFC 6797; one year is the least that ASVS 3.4.1 asks for. Without subdomains, which may not be ours. */
const HSTS_SECONDS = 31_536_000;

/**
 * The headers of every page and answer: no content from elsewhere, no framing, no caching, and no referrer, because the
 * page's address may hold a ticket.
 * With `hasSessionForms` our own site gets the referrer, so that browsers without `Sec-Fetch-Site` (Safari before 16.4)
 * send their forms with our origin.
 * `styles` and `scripts` are the contents of the page's own `<style>` and `<script>` elements, which are allowed by their
 * hash.
 * Source: ASVS 3.4; OWASP HTTP Headers cheat sheet.
 */
export function securityHeaders(options: {
  isHttps: boolean;
  styles?: readonly string[];
  scripts?: readonly string[];
  /** For pages without a secret in their address, whose forms must prove their origin. */
  hasSessionForms?: boolean;
  /** Whether the page shows an image of our own. */
  hasImages?: boolean;
  /** Other sites that a form of the page leads to: browsers hold the policy against redirects too. */
  formTargets?: readonly string[];
}): Record<string, string> {
  const policy = [
    "default-src 'none'",
    ...allowed('style-src', options.styles),
    ...allowed('script-src', options.scripts),
    ...(options.hasImages ? ["img-src 'self'"] : []),
    ["form-action 'self'", ...(options.formTargets ?? [])].join(' '),
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

function allowed(directive: string, contents: readonly string[] = []): string[] {
  const hashes = contents.map((content) => `'sha256-${sha256(content)}'`);
  return hashes.length > 0 ? [`${directive} ${hashes.join(' ')}`] : [];
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
