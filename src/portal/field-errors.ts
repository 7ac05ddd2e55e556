// Turns an operation's error into the errors of a form's fields.
import { DomainError, type DomainErrorCode, type FieldFaults } from '../domain/domain-error.ts';
import { isText, type Text } from '../languages/languages.ts';
import type { Said } from '../languages/say.ts';
import { HttpRefusal } from '../web/refusal.ts';
import { say } from './say.tsx';

/** By the field's name: what is wrong with it, as a sentence. */
export type FieldErrors = Readonly<Record<string, string>>;

const LABELS: Record<string, Text> = {
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
    // Only a page that was open when passwords were turned off still has the field. It is shown as it is now.
    case 'password_sign_in_off':
      return {};
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
const asSentences = (faults: FieldFaults): FieldErrors =>
  Object.fromEntries(Object.entries(faults).map(([name, fault]) => [name, sentenceOf(name, fault)]));

function sentenceOf(name: string, fault: Said | string): string {
  const english = typeof fault === 'string' ? fault : fault.text;
  const what = wordsOf(fault);
  if (/^[A-Z].*\.$/.test(english)) return what;
  const field = say(LABELS[name] ?? 'This');
  return /^(is|has|must|may|contains|can)\b/.test(english)
    ? say('{field} {what}.', { field, what })
    : say('{field}: {what}.', { field, what });
}

function wordsOf(fault: Said | string): string {
  if (typeof fault !== 'string' || isText(fault)) return say(fault);
  // A schema can only state a text with its value in it.
  const max = /^at most (\d+) characters$/.exec(fault)?.[1];
  return max ? say('at most {max} characters', { max }) : fault;
}
