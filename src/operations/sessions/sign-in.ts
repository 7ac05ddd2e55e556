import {
  type Account,
  findAccountByEmail,
  keepPasswordHash,
  updateAccount,
} from '../../db/accounts/accounts.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { demandActive, holdAccount } from '../accounts/account.ts';
import { endAccess } from '../accounts/end-access.ts';
import type { Act, Context } from '../frame/context.ts';
import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { queuePasswordChanged } from '../passwords/mails.ts';
import { hashNewPassword } from '../passwords/new-password.ts';
import { startSession } from './session.ts';

/**
 * Signs a developer in: a new session, whose secret only the result holds. `formerSecret` is that of the browser's former
 * session, which ends. A password that an operator typed works only together with a `newPassword`.
 * Errors: `password_sign_in_off`; `email_invalid`; `sign_in_refused` for a wrong password and an unknown email, after the same work. Only with the right
 * password: `account_state_unfitting` with the state, `password_must_change`, `password_unacceptable`.
 * Source: OWASP Authentication and Session Management cheat sheets; ASVS 6.3.8, 7.2.4; safety 5.
 */
export const signIn = defineOperation({
  name: 'sessions/sign-in',
  allowed: DEVELOPERS,
  effect: 'change',
  input: {
    email: input.email,
    password: input.password,
    newPassword: input.password.optional(),
    agent: input.agent,
    formerSecret: input.sessionSecret.optional(),
  },
  async prepare(context, { email, password, newPassword }) {
    if (!context.policy.signIn.hasPasswords) throw new DomainError('password_sign_in_off');
    const { canonical } = parseEmailAddress(email);
    const account = await findAccountByEmail(context.db, context.service.id, canonical);
    const checkedHash = account?.passwordHash ?? null;
    const { isCorrect, shouldRehash } = await context.passwords.verify(password, checkedHash);
    if (!account || !isCorrect)
      throw new DomainError('sign_in_refused', account ? { accountId: account.id } : {});
    demandActive(account);
    const replacement = await replacementFor(context, account, newPassword);
    const rehashed = shouldRehash && !replacement ? await context.passwords.hash(password) : null;
    return { checked: account, replacement, rehashed };
  },
  async run(act, { agent, formerSecret }, { checked, replacement, rehashed }) {
    const accountId = checked.id;
    const account = await holdAccount(act, accountId);
    // The password, or the email, has changed since it was checked.
    if (account.passwordHash !== checked.passwordHash || account.emailCanonical !== checked.emailCanonical)
      throw new DomainError('sign_in_refused', { accountId });
    demandActive(account);
    if (replacement) await replacePassword(act, account, replacement);
    else if (rehashed) await keepPasswordHash(act.tx, account, rehashed);
    const secret = await startSession(act, accountId, { agent, formerSecret }, { isProved: true });
    act.record({
      target: { kind: 'account', id: accountId },
      ...(replacement ? { after: { password: 'changed' } } : {}),
    });
    return { secret };
  },
});

async function replacementFor(
  context: Context,
  account: Account,
  newPassword: string | undefined,
): Promise<string | null> {
  if (!account.passwordMustChange) return null;
  if (newPassword === undefined) throw new DomainError('password_must_change', { accountId: account.id });
  const { email, firstName, lastName, passwordHash } = account;
  return hashNewPassword(context, newPassword, [email, firstName, lastName], passwordHash);
}

async function replacePassword(act: Act, account: Account, passwordHash: string): Promise<void> {
  await updateAccount(act, account, { passwordHash, passwordMustChange: false });
  await endAccess(act, account.id);
  await queuePasswordChanged(act, account);
}
