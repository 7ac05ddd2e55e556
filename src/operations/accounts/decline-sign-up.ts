import { z } from 'zod';
import type { Account } from '../../db/accounts/accounts.ts';
import { countSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { fullName } from '../../domain/person-name.ts';
import { defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { currentState, holdAccount } from './account.ts';
import { endAccount } from './end-account.ts';

/**
 * Declines a sign-up that waits for an operator: its account is deleted and its email is free again, so the developer can
 * sign up once more. Like any deleted account it can be restored until its data is erased. The developer gets a mail, with
 * the reason only if `sharesReason`.
 * Errors: `account_not_found`, `account_erased`, `account_changed`; `account_state_unfitting` when it isn't such a sign-up.
 */
export const declineSignUp = defineOperation({
  name: 'accounts/decline-sign-up',
  allowed: OPERATORS,
  effect: 'change',
  input: {
    accountId: input.accountId,
    expectedVersion: input.expectedVersion,
    reason: input.reason.default(''),
    sharesReason: z.boolean().default(false),
    tellDeveloper: z.boolean().default(true),
  },
  subjectOf: ({ accountId }) => ({ kind: 'account', id: accountId }),
  async run(act, { accountId, expectedVersion, reason, sharesReason, tellDeveloper }) {
    const account = await holdAccount(act, accountId, expectedVersion);
    if (!isOpenSignUp(account))
      throw new DomainError('account_state_unfitting', { id: account.id, current: currentState(account) });
    await endAccount(act, account, {
      state: 'deleted',
      subscriptions: await countSubscriptions(act.tx, { serviceId: act.service.id, accountId }),
      reason,
      tellDeveloper,
      mail: { template: 'SignUpDeclined', variables: { OperatorMessage: sharesReason ? reason : '' } },
    });
    return {
      name: fullName(account),
      eraseAfterDays: act.policy.eraseDeletedAfterDays,
    };
  },
});

/** A sign-up that no operator has let in yet. */
export const isOpenSignUp = ({
  state,
  signedUpAt,
  signUpApprovedAt,
}: Pick<Account, 'state' | 'signedUpAt' | 'signUpApprovedAt'>): boolean =>
  state === 'pending' && signedUpAt !== null && signUpApprovedAt === null;
