import { z } from 'zod';
import { countSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import * as input from '../frame/input.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { demandNextState } from './account.ts';
import { closeAccount } from './closure.ts';
import { holdProvedAccount, proveOwnPassword } from './own-account.ts';

/**
 * A developer closes their own account, with all of its subscriptions: as `accounts/delete`, but by whoever decides about
 * it anyway, so that no second operator is asked. Operators read of it in the approvals channel, and can restore it.
 * Errors: `password_wrong`.
 */
export const closeOwnAccount = defineOperation({
  name: 'accounts/close',
  allowed: ACCOUNTS,
  effect: 'change',
  input: z.strictObject({ currentPassword: input.password }),
  prepare: (context, { currentPassword }) => proveOwnPassword(context, currentPassword),
  async run(act, _input, proved) {
    const account = await holdProvedAccount(act, proved);
    const of = { serviceId: act.service.id, accountId: account.id };
    await closeAccount(act, account, {
      state: demandNextState(account, 'delete'),
      subscriptions: await countSubscriptions(act.tx, of),
      reason: 'closed by the developer',
      tellDeveloper: true,
      isAnnounced: true,
    });
  },
});
