// Proves that the person at the keyboard is still the developer who signed in.
import { type Account, findAccount } from '../../db/accounts/accounts.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act, Context } from '../frame/context.ts';
import { signedInAs } from '../sessions/session.ts';
import { holdAccount } from './account.ts';

/**
 * The signed-in developer's account, when the password is right: an open session alone must not be enough to take the
 * account away. Outside any transaction, because it hashes.
 * Errors: `password_wrong`, with a message for the field `currentPassword`. Source: ASVS 7.5.1.
 */
export async function proveOwnPassword(context: Context, password: string): Promise<Account> {
  const { accountId } = signedInAs(context);
  const account = await findAccount(context.db, context.service.id, accountId);
  const { isCorrect } = await context.passwords.verify(password, account?.passwordHash ?? null);
  if (!account || !isCorrect) throw wrongPassword(accountId);
  return account;
}

/** Locks the account for a change. Errors: `password_wrong` when the password changed since it was proved. */
export async function holdProvedAccount(act: Act, proved: Account): Promise<Account> {
  const account = await holdAccount(act, proved.id);
  if (account.passwordHash !== proved.passwordHash) throw wrongPassword(account.id);
  return account;
}

function wrongPassword(accountId: string): DomainError {
  const fields = { currentPassword: 'This is not your current password.' };
  return new DomainError('password_wrong', { accountId, fields });
}
