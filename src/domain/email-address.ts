import { DomainError } from './domain-error.ts';

/** `spelling` is what mail is sent to; `canonical` is what addresses are looked up and compared by. */
export type EmailAddress = { readonly spelling: string; readonly canonical: string };

/** RFC 5321 4.5.3.1.3 with erratum 1690; also Azure's limit (User create contract). */
export const MAX_EMAIL_LENGTH = 254;
/** RFC 5321 4.5.3.1.1 */
const MAX_LOCAL_PART_LENGTH = 64;
const MAX_DOMAIN_LENGTH = 253;

const PRINTABLE_ASCII = /^[\x21-\x7e]*$/;
/** RFC 5321 Dot-string: no quotes, no comments, no dot at an end, no two in a row. */
const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/**
 * Reads an e-mail address. Plain ASCII only (a domain in other letters goes in its `xn--` form), at most 254 characters,
 * 64 before the @; no quoted local part, no comment, no address literal; the domain has a dot. Spaces and tabs around it
 * are cut off. Nothing is folded but the case: dots and `+tags` are the developer's own.
 * Errors: `email_invalid`, with words for the field `email`.
 * Source: RFC 5321 4.1.2; safety 2 (dotless i, Kelvin sign, quoted local parts).
 */
export function parseEmailAddress(text: string): EmailAddress {
  // First, so that the patterns below run on a short text.
  if (text.length > MAX_EMAIL_LENGTH * 2) throw invalid(`must have at most ${MAX_EMAIL_LENGTH} characters`);
  const spelling = text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '');
  if (spelling === '') throw invalid('is needed');
  if (spelling.length > MAX_EMAIL_LENGTH) throw invalid(`must have at most ${MAX_EMAIL_LENGTH} characters`);
  if (!PRINTABLE_ASCII.test(spelling)) {
    throw invalid('may hold plain letters (a–z), digits and signs only, without spaces');
  }
  const [local = '', domain, ...more] = spelling.split('@');
  if (domain === undefined || more.length > 0) throw invalid('must have one @, as in name@example.com');
  if (!LOCAL_PART.test(local) || local.length > MAX_LOCAL_PART_LENGTH)
    throw invalid('is not valid before the @');
  if (!isDomain(domain))
    throw invalid('is not valid after the @: write a whole domain, as in name@example.com');
  // ASCII only, so lower case is the same everywhere and no letter becomes another one.
  return { spelling, canonical: spelling.toLowerCase() };
}

/** The canonical form of an email; null when the text is none. */
export function canonicalEmail(text: string): string | null {
  try {
    return parseEmailAddress(text).canonical;
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

/** RFC 1123 2.1 host names with two labels or more; a last label of digits would be an IP address. */
function isDomain(domain: string): boolean {
  const labels = domain.split('.');
  return (
    domain.length <= MAX_DOMAIN_LENGTH &&
    labels.length >= 2 &&
    labels.every((label) => LABEL.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  );
}

function invalid(words: string): DomainError {
  return new DomainError('email_invalid', { fields: { email: words } });
}
