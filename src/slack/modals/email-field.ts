import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { type FormValues, textOf } from '../frame/feature.ts';

export function isEmailAddress(text: string): boolean {
  try {
    parseEmailAddress(text);
    return true;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return false;
  }
}

export const emailError = (values: FormValues, name: string): Record<string, string> =>
  isEmailAddress(textOf(values, name))
    ? {}
    : { [name]: "That doesn't look like an e-mail address, such as ann@example.com" };
