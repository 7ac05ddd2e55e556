import { z } from 'zod';
import { countSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import * as input from '../frame/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { holdAccount } from './account.ts';
import { closeAccount } from './closure.ts';
import { isUnconfirmedSignUp, SIGN_UP_KEPT_DAYS } from './sign-up-rules.ts';

/**
 * Removes a sign-up whose address nobody confirmed within a week, with all that was typed for it; only its id stays. Mails
 * nobody. Does nothing when it was confirmed, or asked for again, meanwhile. Errors: `account_not_found`, `account_erased`.
 */
export const removeSignUp = defineOperation({
  name: 'accounts/remove-sign-up',
  allowed: SYSTEM,
  effect: 'change',
  input: z.strictObject({ accountId: input.accountId }),
  async run(act, { accountId }) {
    const account = await holdAccount(act, accountId);
    const kept = SIGN_UP_KEPT_DAYS * 86_400_000;
    const signedUpAt = account.signedUpAt?.getTime() ?? Number.POSITIVE_INFINITY;
    if (!isUnconfirmedSignUp(account) || signedUpAt + kept > act.now.getTime()) return act.nothingChanged();
    await closeAccount(act, account, {
      state: 'deleted',
      subscriptions: await countSubscriptions(act.tx, { serviceId: act.service.id, accountId }),
      reason: 'never confirmed',
      tellDeveloper: false,
      isErasedNow: true,
    });
  },
});
