// From an operation's refusal to what a page says of it.
import { DomainError, type DomainErrorCode } from '../domain/domain-error.ts';
import { HttpRefusal } from '../web/refusal.ts';

/** Field name → what is wrong with it, as a sentence. */
export type Faults = Readonly<Record<string, string>>;

const LABELS: Record<string, string> = {
  firstName: 'First name',
  lastName: 'Last name',
  email: 'E-mail address',
  password: 'Password',
  currentPassword: 'Present password',
  name: 'Name',
};

const TRY_AGAIN_SECONDS = 10;

/**
 * What is wrong with the fields of a form; null when its ticket is none that can be used. Everything else that was
 * thrown is thrown on; what is only for now (`try_again`) as 503.
 */
export function faultsOf(error: unknown): Faults | null {
  if (!(error instanceof DomainError)) throw error;
  switch (error.code) {
    case 'ticket_refused':
      return null;
    case 'email_invalid':
    case 'password_unacceptable':
    case 'password_wrong':
    case 'invalid_input': {
      const fields = error.detail.fields ?? {};
      // A ticket that is too long to be one is one more that can't be used.
      return 'ticket' in fields ? null : sentences(fields);
    }
    case 'try_again':
      throw new HttpRefusal('unavailable', TRY_AGAIN_SECONDS);
    default:
      throw error;
  }
}

/** What was asked for, or null when the ticket is none that can be used. */
export async function unlessRefused<Value>(asked: Promise<Value>): Promise<Value | null> {
  try {
    return await asked;
  } catch (error) {
    if (faultsOf(error) === null) return null;
    throw error;
  }
}

/** What was asked for, or null when it was refused with one of these codes. */
export async function unlessCode<Value>(
  asked: Promise<Value>,
  codes: readonly DomainErrorCode[],
): Promise<Value | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DomainError && codes.includes(error.code)) return null;
    throw error;
  }
}

/** "is needed" is said of a field: "First name is needed." What is a sentence already stays as it is. */
function sentences(fields: Record<string, string>): Faults {
  const entries = Object.entries(fields).map(([name, words]) => {
    if (/^[A-Z].*\.$/.test(words)) return [name, words];
    const joint = /^(is|has|must|may|contains|can)\b/.test(words) ? ' ' : ': ';
    return [name, `${LABELS[name] ?? 'This'}${joint}${words}.`];
  });
  return Object.fromEntries(entries);
}
