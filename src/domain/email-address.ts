import { domainToASCII, domainToUnicode } from 'node:url';
import type { Said } from '../languages/say.ts';
import { DomainError } from './domain-error.ts';

/**
 * `spelling` is what is stored and shown, as it was typed; `canonical` is what emails are looked up and compared by, in
 * lower case and with an international domain in its `xn--` form.
 */
export type EmailAddress = { readonly spelling: string; readonly canonical: string };

/** RFC 5321 4.5.3.1.3 with erratum 1690; also Azure's limit (User create contract). */
export const MAX_EMAIL_LENGTH = 254;
/** RFC 5321 4.5.3.1.1 */
const MAX_LOCAL_PART_LENGTH = 64;
const MAX_DOMAIN_LENGTH = 253;

const ASCII = /^[\x21-\x7e]*$/;
/** RFC 5321 atext. */
const LOCAL_CHARACTER = /[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]/;
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/**
 * Reads exactly one email, as programs write it. `domain/email-list.ts` reads what people paste. At most 254 characters,
 * 64 before the @; before it plain ASCII, no quotes, no comment; the domain has a dot, is no IP address, and may be
 * international. Spaces and tabs around it are cut off. Nothing is folded but the case: dots and `+tags` are the
 * developer's own.
 * Errors: `email_invalid`, with the reason for the field `email`.
 * Source: RFC 5321 4.1.2; UTS 46; safety 2 (dotless i, Kelvin sign, quoted local parts).
 */
export function parseEmailAddress(text: string): EmailAddress {
  // First, so that the patterns below run on a short text.
  if (text.length > MAX_EMAIL_LENGTH * 2) throw invalid(TOO_LONG);
  const typed = text.replace(/^[ \t]+/, '').replace(/[ \t]+$/, '');
  if (typed === '') throw invalid('is needed');
  const [local = '', domain, ...more] = typed.split('@');
  if (domain === undefined) throw invalid('there is no @');
  if (more.length > 0) throw invalid('there is more than one @');
  if (/\s/.test(typed)) throw invalid('there is a space in it');
  const fault = faultOfLocalPart(local) ?? faultOfDomain(local, domain);
  if (fault !== null) throw invalid(fault);
  const ascii = asciiDomain(domain);
  const canonical = `${local}@${ascii}`.toLowerCase();
  const spelling = ASCII.test(domain) ? typed : `${local}@${domainToUnicode(ascii)}`;
  if (Math.max(spelling.length, canonical.length) > MAX_EMAIL_LENGTH) throw invalid(TOO_LONG);
  return { spelling, canonical };
}

const TOO_LONG: Said = {
  text: 'it is longer than {max} characters',
  values: { max: MAX_EMAIL_LENGTH },
};

/** The canonical form of an email; null when the text is none. */
export function canonicalEmail(text: string): string | null {
  try {
    return parseEmailAddress(text).canonical;
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

/** Where a mail to a stored email goes: mail servers take an international domain in its `xn--` form. */
export function mailboxOf(spelling: string): string {
  const [local = '', domain = ''] = spelling.split('@');
  return ASCII.test(domain) ? spelling : `${local}@${domainToASCII(domain)}`;
}

const asciiDomain = (domain: string): string => (ASCII.test(domain) ? domain : domainToASCII(domain));

function faultOfLocalPart(local: string): Said | null {
  if (local === '') return 'there is nothing before the @';
  const strange = [...local].find((character) => !LOCAL_CHARACTER.test(character));
  if (strange) {
    const isSeen = /[\p{L}\p{N}\p{P}\p{S}]/u.test(strange);
    if (!isSeen)
      return 'there is an invisible character before the @, where only plain letters, digits and signs work';
    return {
      text: 'there is {strange} before the @, where only plain letters, digits and signs work',
      values: { strange },
    };
  }
  if (/^\.|\.$|\.\./.test(local)) return 'there is a dot too many before the @';
  if (local.length > MAX_LOCAL_PART_LENGTH)
    return {
      text: 'there are more than {max} characters before the @',
      values: { max: MAX_LOCAL_PART_LENGTH },
    };
  return null;
}

function faultOfDomain(local: string, domain: string): Said | null {
  if (domain === '') return 'there is no domain after the @, as in name@example.com';
  // Node would decode a percent sign, and cut the text at a slash.
  if (!ASCII.test(domain) && STRANGE_IN_DOMAIN.test(domain)) return NO_DOMAIN;
  if (LOOKS_PLAIN.test(domain))
    return 'after the @ are letters that only look like plain ones; type plain ones';
  const ascii = asciiDomain(domain);
  const labels = ascii.split('.');
  if (labels.length < 2) return 'there is no full domain after the @, as in name@example.com';
  if (labels.includes('')) return 'there is a dot too many after the @';
  if (/^\d+$/.test(labels.at(-1) ?? '')) return 'there is an IP address after the @; write a domain';
  const isHost = ascii.length <= MAX_DOMAIN_LENGTH && labels.every((label) => LABEL.test(label));
  if (!isHost) return NO_DOMAIN;
  if (ascii === domain || domainToUnicode(ascii).split('.').every(isClearLabel)) return null;
  return {
    text: 'its domain can be taken for another one. If it is the right one, write {email}',
    values: { email: `${local}@${ascii}` },
  };
}

const NO_DOMAIN = 'there is no valid domain after the @';
const STRANGE_IN_DOMAIN = /[\x21-\x2c/:-@[-`{-~]/;

/** The Kelvin sign, full-width letters: Unicode would make plain letters of them. */
const LOOKS_PLAIN =
  /[\u2000-\u2bff\ua7f8-\ua7f9\ufb00-\ufb06\uff00-\uff60]|[\u{1d400}-\u{1d7ff}]|[\u{1f100}-\u{1f1ff}]/u;

/** Plain letters with accents, and a few that no plain letter looks like. The dotless i is not among them. */
const LATIN = /^(?:[a-z0-9-]|[ßæœøłđðþŋħ])*$/;
/** Written together in Chinese, Japanese and Korean, with plain letters too. */
const EAST_ASIAN =
  /^[a-z0-9\-ー々〆〇\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}\p{Script=Hangul}]*$/u;
/** Of these, only letters that no Latin letter looks like make a label clear. */
const CYRILLIC = /^[0-9-]*[\p{Script=Cyrillic}0-9-]*[бгджзийлпфцчшщъыэюяєїґ][\p{Script=Cyrillic}0-9-]*$/u;
const GREEK = /^[\p{Script=Greek}0-9-]*[βγδεζθλμξπσφχψω][\p{Script=Greek}0-9-]*$/u;
const ONE_SCRIPT = 'Arab Hebr Thai Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Laoo Mymr Khmr Geor Ethi'
  .split(' ')
  .map((script) => new RegExp(`^[\\p{Script=${script}}\\p{M}0-9-]*$`, 'u'));

/** Whether a label of a domain is written in one alphabet, and can't be taken for plain letters. */
const isClearLabel = (label: string): boolean =>
  LATIN.test(label.normalize('NFD').replace(/(?<=[a-z])\p{M}+/gu, '')) ||
  [EAST_ASIAN, CYRILLIC, GREEK, ...ONE_SCRIPT].some((script) => script.test(label));

function invalid(words: Said): DomainError {
  return new DomainError('email_invalid', { fields: { email: words } });
}
