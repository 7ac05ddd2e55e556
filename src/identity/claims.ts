// Reads a person from what a provider says about them.
import { canonicalEmail } from '../domain/email-address.ts';
import type { SignInProviderSettings } from '../settings/sign-in-settings.ts';
import type { ProvedIdentity } from './identity.ts';

type Claims = Readonly<Record<string, unknown>>;

/** OpenID Connect Core 1.0, 2: at most 255 ASCII characters. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/;
const MAX_TEXT_LENGTH = 254;

/** Null without a subject that can be stored. */
export function readIdentity(
  { name: provider, kind, issuer }: SignInProviderSettings,
  claims: Claims,
): ProvedIdentity | null {
  const subject = claims.sub;
  if (typeof subject !== 'string' || !SUBJECT.test(subject)) return null;
  const text = (name: string) => oneLine(claims[name]);
  const email = text('email');
  const whole = text('name');
  const [first = '', ...rest] = whole.split(' ');
  return {
    provider,
    kind,
    issuer,
    subject,
    shownName: email || text('preferred_username') || whole || subject,
    email: canonicalEmail(email) === null ? null : email,
    isEmailVerified: isVerified(kind, claims),
    firstName: text('given_name') || first,
    lastName: text('family_name') || (text('given_name') ? '' : rest.join(' ')),
  };
}

/**
 * Some send the text `true`. Entra ID has no such claim: its own says whether the owner of the email's domain vouches for it.
 * Google asked once whether an email is the person's, and knows who has it today only where Google keeps the mailbox.
 * Source: OpenID Connect Core 1.0, 5.1; Microsoft, optional claims (`xms_edov`); Google, verify the ID token (`hd`).
 */
function isVerified(kind: string, claims: Claims): boolean {
  if (kind === 'Google' && oneLine(claims.hd) === '' && !/@gmail\.com$/i.test(oneLine(claims.email)))
    return false;
  return isTrue(claims.email_verified) || (kind === 'Aad' && isTrue(claims.xms_edov));
}

const isTrue = (claim: unknown): boolean =>
  claim === true || claim === 'true' || claim === 1 || claim === '1';

const oneLine = (claim: unknown): string =>
  typeof claim === 'string'
    ? claim
        .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]+/gu, ' ')
        .trim()
        .slice(0, MAX_TEXT_LENGTH)
    : '';
