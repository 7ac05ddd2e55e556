import { z } from 'zod';
import { countSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { demandNextState, holdAccount, viewAccount } from './account.ts';
import { endAccount } from './end-account.ts';

/**
 * Deletes an account: access and links end at once and the email is free again. Personal data is erased after
 * `ERASE_DELETED_AFTER_DAYS`. Until then `accounts/restore` brings the account back with its subscriptions.
 * Errors: `has_subscriptions` with their `count`, unless `deleteSubscriptions`; `account_not_found`, `account_erased`,
 * `account_changed`, `account_state_unfitting`.
 */
export const deleteAccount = defineOperation({
  name: 'accounts/delete',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: {
    accountId: input.accountId,
    expectedVersion: input.expectedVersion,
    reason: input.reason.default(''),
    tellDeveloper: z.boolean().default(true),
    deleteSubscriptions: z.boolean().default(false),
  },
  subjectOf: ({ accountId }) => ({ kind: 'account', id: accountId }),
  async run(act, { accountId, expectedVersion, reason, tellDeveloper, deleteSubscriptions }) {
    const account = await holdAccount(act, accountId, expectedVersion);
    const state = demandNextState(account, 'delete');
    // Their rows stay, hidden with the account's, and come back with it.
    const subscriptions = await countSubscriptions(act.tx, { serviceId: act.service.id, accountId });
    if (subscriptions > 0 && !deleteSubscriptions)
      throw new DomainError('has_subscriptions', { count: subscriptions });
    const deleted = await endAccount(act, account, { state, subscriptions, reason, tellDeveloper });
    return {
      accountId,
      account: await viewAccount(act, deleted),
      eraseAfterDays: act.policy.eraseDeletedAfterDays,
    };
  },
});
