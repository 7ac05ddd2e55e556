import { findAccountByEmail, updateAccount } from '../../db/accounts/accounts.ts';
import { holdEmail } from '../../db/accounts/email-lock.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { endOpenInvitationTo } from '../invitations/invitation.ts';
import { currentState, holdAccount } from './account.ts';
import { endAccess } from './end-access.ts';

/**
 * Gives an account the email that it has in Azure, where it was decided: nothing is mailed. Its sessions and links end, and an
 * open invitation to the email.
 * Errors: `email_invalid`, `email_taken`; `account_not_found`, `account_erased`, `account_changed`;
 * `account_state_unfitting` when it is deleted.
 */
export const setEmail = defineOperation({
  name: 'accounts/set-email',
  allowed: SYSTEM,
  effect: 'change',
  input: { accountId: input.accountId, expectedVersion: input.expectedVersion, email: input.email },
  async run(act, { accountId, expectedVersion, email }) {
    const { spelling, canonical } = parseEmailAddress(email);
    const serviceId = act.service.id;
    await holdEmail(act.tx, serviceId, canonical);
    const account = await holdAccount(act, accountId, expectedVersion);
    if (account.state === 'deleted')
      throw new DomainError('account_state_unfitting', { id: account.id, current: currentState(account) });
    const other = await findAccountByEmail(act.tx, serviceId, canonical);
    if (other && other.id !== accountId)
      throw new DomainError('email_taken', { id: other.id, current: currentState(other) });
    await updateAccount(act, account, { email: spelling, emailCanonical: canonical });
    await endAccess(act, accountId);
    await endOpenInvitationTo(act, canonical);
    await queueRepaint(act, accountId);
    act.record({
      target: { kind: 'account', id: accountId },
      before: { email: account.email },
      after: { email: spelling },
    });
  },
});
