// Proves that the person at the keyboard is still the developer who signed in.
import { type Account, findAccount } from '../../db/accounts/accounts.ts';
import { findSession } from '../../db/accounts/sessions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act, Context } from '../frame/context.ts';
import { minutesAfter } from '../frame/outbox.ts';
import { signedInAs } from '../sessions/session.ts';
import { holdAccount } from './account.ts';

/** How long another proof counts as much as a password that was just typed. */
const PROVED_MINUTES = 10;

/** Whether the account's password is a way to sign in. */
export const hasUsablePassword = (
  { policy }: Pick<Context, 'policy'>,
  account: Pick<Account, 'passwordHash'>,
): boolean => policy.signIn.hasPasswords && account.passwordHash !== null;

/**
 * The signed-in developer's account, when they prove again who they are: an open session alone must not be enough to take the
 * account away. By the password; an account without one, by what this session proved a few minutes ago: a provider asked them
 * again, or they opened a mailed link. Outside any transaction, because it hashes.
 * Errors: `password_wrong`, with a message for the field `currentPassword`; `sign_in_too_old`. Source: ASVS 7.5.1.
 */
export async function proveOwner(context: Context, password: string | undefined): Promise<Account> {
  const { accountId } = signedInAs(context);
  const account = await findAccount(context.db, context.service.id, accountId);
  if (account && !hasUsablePassword(context, account)) {
    if (await isLatelyProved(context)) return account;
    throw new DomainError('sign_in_too_old', { accountId });
  }
  const { isCorrect } = await context.passwords.verify(password ?? '', account?.passwordHash ?? null);
  if (!account || !isCorrect) throw wrongPassword(accountId);
  return account;
}

/** Whether the developer proved in this session, a few minutes ago, who they are. */
export async function isLatelyProved(context: Context): Promise<boolean> {
  const { accountId, sessionId: id } = signedInAs(context);
  const session = await findSession(context.db, { serviceId: context.service.id, accountId, id });
  const provedAt = session?.provedAt ?? null;
  return provedAt !== null && minutesAfter(provedAt, PROVED_MINUTES) > context.clock();
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
