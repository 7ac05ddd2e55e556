import { countSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { holdAccount } from './account.ts';
import { endAccount } from './end-account.ts';
import { isUnconfirmedSignUp, SIGN_UP_LIFETIME_DAYS } from './sign-up-rules.ts';

/**
 * Removes a sign-up that was not confirmed within a week, with its data; only its id stays. Sends no mail. Does nothing
 * when it was confirmed, or sent again, meanwhile. Errors: `account_not_found`, `account_erased`.
 */
export const removeSignUp = defineOperation({
  name: 'accounts/remove-sign-up',
  allowed: SYSTEM,
  effect: 'change',
  input: { accountId: input.accountId },
  async run(act, { accountId }) {
    const account = await holdAccount(act, accountId);
    const lifetime = SIGN_UP_LIFETIME_DAYS * 86_400_000;
    const signedUpAt = account.signedUpAt?.getTime() ?? Number.POSITIVE_INFINITY;
    if (!isUnconfirmedSignUp(account) || signedUpAt + lifetime > act.now.getTime())
      return act.nothingChanged();
    await endAccount(act, account, {
      state: 'deleted',
      subscriptions: await countSubscriptions(act.tx, { serviceId: act.service.id, accountId }),
      reason: 'never confirmed',
      tellDeveloper: false,
      isErasedNow: true,
    });
  },
});
