import { findAccount, updateAccount } from '../../db/accounts/accounts.ts';
import { voidTickets } from '../../db/accounts/tickets.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { currentState, holdAccount, viewAccount } from '../accounts/account.ts';
import { endAccess } from '../accounts/end-access.ts';
import { queueSecurityMail } from '../accounts/mails.ts';
import { defineOperation, input } from '../frame/operation.ts';
import { hashNewPassword } from './new-password.ts';

/**
 * A program sets an account's password, which ends every session and open link. A mail without the password tells the
 * developer.
 * Errors: `account_not_found`, `account_erased`, `account_changed`, `account_state_unfitting` when deleted,
 * `password_unacceptable`.
 * Source: Azure, User_Update (`password`).
 */
export const setPassword = defineOperation({
  name: 'passwords/set',
  allowed: ['admin', 'token'],
  effect: 'change',
  input: {
    accountId: input.accountId,
    expectedVersion: input.expectedVersion,
    password: input.password,
  },
  async prepare(context, { accountId, password }) {
    const account = await findAccount(context.db, context.service.id, accountId);
    if (!account) throw new DomainError('account_not_found');
    return hashNewPassword(context, password, [account.email, account.firstName, account.lastName]);
  },
  async run(act, { accountId, expectedVersion }, passwordHash) {
    const serviceId = act.service.id;
    const account = await holdAccount(act, accountId, expectedVersion);
    if (account.state === 'deleted')
      throw new DomainError('account_state_unfitting', { id: account.id, current: currentState(account) });
    const changed = await updateAccount(act, account, { passwordHash, passwordMustChange: false });
    // A pending account still needs the link that makes it active.
    if (account.state === 'pending')
      await voidTickets(act.tx, { serviceId, accountId, purpose: 'password-reset', now: act.now });
    else await endAccess(act, accountId);
    await queueSecurityMail(act, account, 'PasswordChanged');
    act.record({ target: { kind: 'account', id: accountId }, after: { password: 'changed' } });
    return { account: await viewAccount(act, changed) };
  },
});
