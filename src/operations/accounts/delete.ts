import { z } from 'zod';
import { listGroupIdsOfAccounts, replaceGroupsOfAccount, updateAccount } from '../../db/accounts.ts';

import { countSubscriptions } from '../../db/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { endAccess } from '../access-over.ts';

import { NO_BLOCK } from '../block-over.ts';
import { eraseAccountData } from '../erasure.ts';
import { demandNextState, holdAccount } from '../held-account.ts';
import * as input from '../input.ts';
import { ADMINS_AND_PROGRAMS, defineOperation } from '../operation.ts';
import { queueMail, queueRepaint } from '../outbox.ts';

/**
 * Deletes an account: access and links end at once and the address is free again. Personal data is erased after
 * `ERASE_DELETED_AFTER_DAYS`; until then `accounts/restore` brings the account back, and with it the subscriptions that
 * `deleteSubscriptions` let go.
 * Errors: `has_subscriptions` with their `count`, unless `deleteSubscriptions`; `account_not_found`, `account_erased`, `account_changed`, `account_state_unfitting`.
 */
export const deleteAccount = defineOperation({
  name: 'accounts/delete',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: z.strictObject({
    accountId: input.accountId,
    expectedVersion: input.expectedVersion,
    reason: input.reason.default(''),
    tellDeveloper: z.boolean().default(true),
    deleteSubscriptions: z.boolean().default(false),
  }),
  subjectOf: ({ accountId }) => ({ kind: 'account', id: accountId }),
  async run(act, { accountId, expectedVersion, reason, tellDeveloper, deleteSubscriptions }) {
    const account = await holdAccount(act, accountId, expectedVersion);
    const state = demandNextState(account, 'delete');
    const serviceId = act.service.id;
    // They stay with the account's row, known to nobody, and come back with it.
    const subscriptions = await countSubscriptions(act.tx, { serviceId, accountId });
    if (subscriptions > 0 && !deleteSubscriptions)
      throw new DomainError('has_subscriptions', { count: subscriptions });
    const groupIds = (await listGroupIdsOfAccounts(act.tx, serviceId, [accountId])).get(accountId) ?? [];
    await replaceGroupsOfAccount(act.tx, serviceId, accountId, []);
    const deleted = await updateAccount(
      act.tx,
      account,
      {
        ...NO_BLOCK,
        state,
        stateReason: reason,
        stateChangedAt: act.now,
        stateChangedBy: act.actorName,
        deletedAt: act.now,
        groupIdsWhenDeleted: groupIds,
      },
      act.now,
    );
    await endAccess(act, accountId);
    if (tellDeveloper) {
      await queueMail(act, {
        template: 'AccountClosedDeveloper',
        to: account.email,
        firstName: account.firstName,
        lastName: account.lastName,
        owner: { accountId },
      });
    }
    await queueRepaint(act, accountId);
    const isErasedNow = act.policy.eraseDeletedAfterDays === 0;
    if (isErasedNow) await eraseAccountData(act, deleted);
    act.record({
      target: { kind: 'account', id: accountId },
      ...(isErasedNow ? {} : { reason }),
      before: { state: account.state },
      after: { state, subscriptions, erased: isErasedNow, toldDeveloper: tellDeveloper },
    });
    return { accountId, eraseAfterDays: act.policy.eraseDeletedAfterDays };
  },
});
