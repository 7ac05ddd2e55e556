import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, input } from '../frame/operation.ts';
import { issueTicket, minutesAfter } from '../frame/outbox.ts';
import { currentState, holdAccount } from './account.ts';

const SIGN_IN_LINK_MINUTES = 5;

/**
 * Makes a link that signs the developer in to the portal, once and within five minutes. The link before it dies. Only the
 * program gets it, and each one leaves an audit row.
 * Errors: `account_not_found`, `account_erased`, `account_state_unfitting` unless active.
 * Source: Azure, User_GenerateSsoUrl.
 */
export const makeSignInLink = defineOperation({
  name: 'accounts/make-sign-in-link',
  allowed: ['admin', 'token'],
  grant: 'sso',
  effect: 'change',
  input: { accountId: input.accountId },
  async run(act, { accountId }) {
    const account = await holdAccount(act, accountId);
    if (account.state !== 'active')
      throw new DomainError('account_state_unfitting', { id: accountId, current: currentState(account) });
    const ticket = await issueTicket(act, {
      purpose: 'sign-in',
      owner: { accountId },
      email: account.email,
      expiresAt: minutesAfter(act.now, SIGN_IN_LINK_MINUTES),
    });
    act.record({ target: { kind: 'account', id: accountId } });
    return { url: ticket.url };
  },
});
