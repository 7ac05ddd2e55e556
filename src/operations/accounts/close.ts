import { countSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import { ACCOUNTS, defineOperation, input } from '../frame/operation.ts';
import { demandNextState } from './account.ts';
import { endAccount } from './end-account.ts';
import { holdProvedAccount, proveOwner } from './own-account.ts';

/**
 * A developer closes their own account, with all of its subscriptions. Unlike `accounts/delete` this waits for no second
 * operator, because the owner decides. Operators read of it in the approvals channel, and can restore it.
 * Errors: those of `proveOwner`.
 */
export const closeOwnAccount = defineOperation({
  name: 'accounts/close',
  allowed: ACCOUNTS,
  effect: 'change',
  input: { currentPassword: input.password.optional() },
  prepare: (context, { currentPassword }) => proveOwner(context, currentPassword),
  async run(act, _input, proved) {
    const account = await holdProvedAccount(act, proved);
    const query = { serviceId: act.service.id, accountId: account.id };
    await endAccount(act, account, {
      state: demandNextState(account, 'delete'),
      subscriptions: await countSubscriptions(act.tx, query),
      reason: 'closed by the developer',
      tellDeveloper: true,
      isAnnounced: true,
    });
  },
});
