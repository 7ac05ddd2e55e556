import { DomainError } from '../../domain/domain-error.ts';
import { currentState, holdAccount } from '../accounts/account.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { queueResetMail } from './mails.ts';

/**
 * Mails the developer a one-time link, which no operator sees. The old password works until the developer sets a new one.
 * Errors: `account_not_found`, `account_erased`, `account_changed`, `account_state_unfitting` unless active.
 */
export const sendPasswordReset = defineOperation({
  name: 'passwords/send-reset',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: { accountId: input.accountId, expectedVersion: input.expectedVersion },
  subjectOf: ({ accountId }) => ({ kind: 'account', id: accountId }),
  async run(act, { accountId, expectedVersion }) {
    const account = await holdAccount(act, accountId, expectedVersion);
    if (account.state !== 'active')
      throw new DomainError('account_state_unfitting', { id: account.id, current: currentState(account) });
    const mailId = await queueResetMail(act, account);
    act.record({ target: { kind: 'account', id: accountId }, after: { mailId } });
    return { mailId, email: account.email, minutes: act.policy.passwordResetLifetimeMinutes };
  },
});
