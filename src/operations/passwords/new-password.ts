import { DomainError, type FieldFaults, faultsOf } from '../../domain/domain-error.ts';
import { checkPassword } from '../../domain/password-rule.ts';
import type { Text } from '../../languages/languages.ts';
import type { Context } from '../frame/context.ts';

/**
 * Checks a new password and hashes it. Not for a transaction: hashing takes a quarter of a second. `words` are what the
 * password must not consist of: the person's email and names; the organization's are added. With the hash of the `current`
 * password, that one is refused too; null (there is none) takes as long. A program that repeats itself gives no `current`.
 * Errors: `password_unacceptable`.
 */
export async function hashNewPassword(
  context: Context,
  password: string,
  words: readonly string[],
  current?: string | null,
): Promise<string> {
  check(context, password, words);
  if (current !== undefined && (await context.passwords.verify(password, current)).isCorrect)
    throw new DomainError('password_unacceptable', { fields: { password: SAME } });
  return context.passwords.hash(password);
}

const SAME: Text = 'That’s your current password. Choose a new one.';

/** What is wrong with a new password, by field; empty when it may be used. */
export function passwordFaults(context: Context, password: string, words: readonly string[]): FieldFaults {
  return faultsOf(() => check(context, password, words));
}

function check({ policy, service }: Context, password: string, words: readonly string[]): void {
  checkPassword(password, {
    minLength: policy.passwordMinLength,
    contextWords: [...words, policy.organizationName, service.name].filter((word) => word !== ''),
  });
}
