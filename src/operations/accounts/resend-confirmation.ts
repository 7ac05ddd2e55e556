import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { currentState, holdAccount } from './account.ts';
import { queueConfirmationMail, waitsForThisAddress } from './mails.ts';

/**
 * Mails a pending account the link that confirms its email again; the former link dies at once.
 * Errors: `account_not_found`, `account_erased`, `account_changed`; `account_state_unfitting` unless it waits for the email
 * that it has.
 */
export const resendConfirmation = defineOperation({
  name: 'accounts/resend-confirmation',
  allowed: ADMINS,
  effect: 'change',
  input: { accountId: input.accountId, expectedVersion: input.expectedVersion },
  async run(act, { accountId, expectedVersion }) {
    const account = await holdAccount(act, accountId, expectedVersion);
    if (!(await waitsForThisAddress(act, account)))
      throw new DomainError('account_state_unfitting', { id: account.id, current: currentState(account) });
    await queueConfirmationMail(act, account);
    act.record({ target: { kind: 'account', id: accountId }, after: { mailed: 'the link' } });
    return { accountId, email: account.email };
  },
});
