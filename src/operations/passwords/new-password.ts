import { DomainError } from '../../domain/domain-error.ts';
import { checkPassword } from '../../domain/password-rule.ts';
import type { Context } from '../frame/context.ts';

/**
 * Judges a new password and hashes it, outside any transaction: hashing takes a quarter of a second.
 * The words are what the person's password must not consist of: address, names, our own names.
 * Errors: `password_unacceptable`.
 */
export async function hashNewPassword(
  context: Context,
  password: string,
  words: readonly string[],
): Promise<string> {
  judge(context, password, words);
  return context.passwords.hash(password);
}

/** What is wrong with a new password, for its field; nothing when it may be used. */
export function passwordFaults(
  context: Context,
  password: string,
  words: readonly string[],
): Record<string, string> {
  try {
    judge(context, password, words);
    return {};
  } catch (error) {
    if (error instanceof DomainError) return error.detail.fields ?? {};
    throw error;
  }
}

function judge({ policy, service }: Context, password: string, words: readonly string[]): void {
  checkPassword(password, {
    minLength: policy.passwordMinLength,
    contextWords: [...words, policy.organizationName, service.name].filter((word) => word !== ''),
  });
}
