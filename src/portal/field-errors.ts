// Turns an operation's error into the errors of a form's fields.
import { DomainError, type DomainErrorCode } from '../domain/domain-error.ts';
import { HttpRefusal } from '../web/refusal.ts';

/** By the field's name: what is wrong with it, as a sentence. */
export type FieldErrors = Readonly<Record<string, string>>;

const LABELS: Record<string, string> = {
  firstName: 'First name',
  lastName: 'Last name',
  email: 'Email',
  password: 'Password',
  currentPassword: 'Current password',
  name: 'Name',
};

const TRY_AGAIN_SECONDS = 10;

/** Null when the form's ticket can't be used. Throws 503 for `try_again`, and any other error as it is. */
export function fieldErrorsOf(error: unknown): FieldErrors | null {
  if (!(error instanceof DomainError)) throw error;
  switch (error.code) {
    case 'ticket_refused':
      return null;
    case 'email_invalid':
    case 'password_unacceptable':
    case 'password_wrong':
    case 'invalid_input': {
      const fields = error.detail.fields ?? {};
      // A malformed ticket can't be used either.
      return 'ticket' in fields ? null : asSentences(fields);
    }
    case 'try_again':
      throw new HttpRefusal('unavailable', TRY_AGAIN_SECONDS);
    default:
      throw error;
  }
}

/** Null when the ticket can't be used. */
export async function nullIfTicketRefused<Value>(result: Promise<Value>): Promise<Value | null> {
  try {
    return await result;
  } catch (error) {
    if (fieldErrorsOf(error) === null) return null;
    throw error;
  }
}

/** Null for an error with one of these codes. */
export async function nullOnCode<Value>(
  result: Promise<Value>,
  codes: readonly DomainErrorCode[],
): Promise<Value | null> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof DomainError && codes.includes(error.code)) return null;
    throw error;
  }
}

/** "is needed" becomes "First name is needed." Whole sentences stay as they are. */
function asSentences(fields: Record<string, string>): FieldErrors {
  const entries = Object.entries(fields).map(([name, words]) => {
    if (/^[A-Z].*\.$/.test(words)) return [name, words];
    const separator = /^(is|has|must|may|contains|can)\b/.test(words) ? ' ' : ': ';
    return [name, `${LABELS[name] ?? 'This'}${separator}${words}.`];
  });
  return Object.fromEntries(entries);
}
