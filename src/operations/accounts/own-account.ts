// A developer's own account, and the proof that it is still they who ask.
import { type Account, findAccount } from '../../db/accounts/accounts.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act, Context } from '../frame/context.ts';
import { signedInAs } from '../sessions/session.ts';
import { holdAccount } from './account.ts';

/**
 * The account of whoever is signed in, once they gave its password again: a session left open isn't enough for what
 * would take the account away. Outside any transaction, because it hashes.
 * Errors: `password_wrong`, with words for the field `currentPassword`. Source: ASVS 7.5.1.
 */
export async function proveOwnPassword(context: Context, password: string): Promise<Account> {
  const { accountId } = signedInAs(context);
  const account = await findAccount(context.db, context.service.id, accountId);
  const { isCorrect } = await context.passwords.verify(password, account?.passwordHash ?? null);
  if (!account || !isCorrect) throw wrong(accountId);
  return account;
}

/** Locks it for a change. Errors: `password_wrong` when another password counts since `proved`. */
export async function holdProvedAccount(act: Act, proved: Account): Promise<Account> {
  const account = await holdAccount(act, proved.id);
  if (account.passwordHash !== proved.passwordHash) throw wrong(account.id);
  return account;
}

function wrong(accountId: string): DomainError {
  const fields = { currentPassword: 'This is not your present password.' };
  return new DomainError('password_wrong', { accountId, fields });
}
