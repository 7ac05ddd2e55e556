import { checkPassword } from '../domain/password-rule.ts';
import type { Context } from './context.ts';

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
  const { policy, service } = context;
  checkPassword(password, {
    minLength: policy.passwordMinLength,
    contextWords: [...words, policy.organizationName, service.name].filter((word) => word !== ''),
  });
  return context.passwords.hash(password);
}
