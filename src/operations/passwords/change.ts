import { updateAccount } from '../../db/accounts/accounts.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { endAccess } from '../accounts/end-access.ts';
import { holdProvedAccount, proveOwner } from '../accounts/own-account.ts';
import { ACCOUNTS, defineOperation, input } from '../frame/operation.ts';
import { startSession } from '../sessions/session.ts';
import { queuePasswordChanged } from './mails.ts';
import { hashNewPassword } from './new-password.ts';

/**
 * A developer who is signed in changes their password. Every session and open link ends; the browser that asked gets a new
 * session, whose secret only the result holds. A mail tells the developer.
 * An account without a password gets its first one.
 * Errors: those of `proveOwner`, `password_unacceptable`, `password_sign_in_off`. Source: ASVS 6.2.3, 7.4.3, 7.2.4.
 */
export const changePassword = defineOperation({
  name: 'passwords/change',
  allowed: ACCOUNTS,
  effect: 'change',
  input: { currentPassword: input.password.optional(), password: input.password, agent: input.agent },
  async prepare(context, { currentPassword, password }) {
    if (!context.policy.signIn.hasPasswords) throw new DomainError('password_sign_in_off');
    const proved = await proveOwner(context, currentPassword);
    const { email, firstName, lastName, passwordHash: current } = proved;
    const passwordHash = await hashNewPassword(context, password, [email, firstName, lastName], current);
    return { proved, passwordHash };
  },
  async run(act, { agent }, { proved, passwordHash }) {
    const account = await holdProvedAccount(act, proved);
    await updateAccount(act, account, { passwordHash, passwordMustChange: false });
    await endAccess(act, account.id);
    const secret = await startSession(act, account.id, { agent }, { isProved: true });
    await queuePasswordChanged(act, account);
    act.record({ target: { kind: 'account', id: account.id }, after: { password: 'changed' } });
    return { secret };
  },
});
