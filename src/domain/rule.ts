// Rules about the domains of emails: which one holds for an email, and what it decides.
import { domainToUnicode } from 'node:url';
import { disposableEmailBlocklistSet } from 'disposable-email-domains-js';
import { canonicalEmail } from './email-address.ts';

/**
 * Whether a person who signs up comes in: `settings`, as SIGN_UP or the provider's setting says; `open`, at once;
 * `approval`, once an operator approves; `refused`.
 */
export const ADMISSIONS = ['settings', 'open', 'approval', 'refused'] as const;
export type Admission = (typeof ADMISSIONS)[number];

/** The domain of the rule for every email that no other rule names. */
export const EVERY_OTHER = '*';
/** The domain of the rule for emails at providers of throw-away mailboxes. */
export const DISPOSABLE = 'disposable';

const WITH_SUBDOMAINS = '*.';

/**
 * The domain of a rule as it is stored: `acme.com`; `*.acme.com`, for it and each domain under it; `*`; `disposable`. Null
 * when the text is none. People also type `@acme.com`.
 */
export function canonicalRuleDomain(text: string): string | null {
  const typed = text.trim().toLowerCase().replace(/^@/, '');
  if (typed === EVERY_OTHER || typed === DISPOSABLE) return typed;
  const prefix = typed.startsWith(WITH_SUBDOMAINS) ? WITH_SUBDOMAINS : '';
  const bare = typed.slice(prefix.length);
  // Below a domain, so that `*.edu` may stand for every one that ends so.
  const host = prefix === '' ? bare : `x.${bare}`;
  const canonical = host.includes('@') ? null : canonicalEmail(`a@${host}`);
  return canonical === null ? null : domainOf(canonical).replace(prefix === '' ? '' : 'x.', prefix);
}

/** Of a canonical email. */
export const domainOf = (canonical: string): string => canonical.slice(canonical.lastIndexOf('@') + 1);

/** As people read it: an international domain in its own letters. */
export function shownRuleDomain(domain: string): string {
  const prefix = domain.startsWith(WITH_SUBDOMAINS) ? WITH_SUBDOMAINS : '';
  const shown = prefix + domainToUnicode(domain.slice(prefix.length));
  // Letters that can be taken for others stay as they are stored.
  return canonicalRuleDomain(shown) === domain ? shown : domain;
}

/**
 * The domains of the rules that an email's domain falls under, the most specific first: itself, then with `*.` itself and
 * each domain above it, then `disposable` for such a one, then `*`.
 */
export function ruleDomainsFor(domain: string): string[] {
  const labels = domain.split('.');
  const above = labels.map((_, at) => WITH_SUBDOMAINS + labels.slice(at).join('.'));
  return [domain, ...above, ...(isDisposable(domain) ? [DISPOSABLE] : []), EVERY_OTHER];
}

const disposable = disposableEmailBlocklistSet();

/** Whether a domain, or one above it, is of throw-away mailboxes. Forwarding services such as duck.com are not on the list. */
const isDisposable = (domain: string): boolean =>
  domain.split('.').some((_, at, labels) => disposable.has(labels.slice(at).join('.')));

/** The rule that holds for an email, of the ones given. */
export const ruleFor = <Rule extends { domain: string }>(
  rules: readonly Rule[],
  canonical: string,
): Rule | null => {
  const domains = ruleDomainsFor(domainOf(canonical));
  const [best] = rules
    .filter(({ domain }) => domains.includes(domain))
    .sort((one, other) => domains.indexOf(one.domain) - domains.indexOf(other.domain));
  return best ?? null;
};
