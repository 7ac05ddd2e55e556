import { z } from 'zod';
import * as catalog from '../catalog/input.ts';
import { expectedVersion } from '../frame/input.ts';
import { defineOperation, OPERATORS_AND_PROGRAMS } from '../frame/operation.ts';
import { changeSubscription } from './change-state.ts';
import { tellActiveSubscription } from './mails.ts';
import { demandOtherThanOwner } from './other-than-owner.ts';

/**
 * Approves a requested subscription: it is active from now on, and its owner is told.
 * Errors: `subscription_not_found`, `subscription_changed`, `subscription_state_unfitting` with the operator who decided;
 * `approval_about_oneself`.
 */
export const approveSubscription = defineOperation({
  name: 'subscriptions/approve',
  allowed: OPERATORS_AND_PROGRAMS,
  effect: 'change',
  input: z.strictObject({ subscriptionId: catalog.subscriptionId, expectedVersion }),
  async run(act, wanted) {
    return changeSubscription(act, {
      ...wanted,
      verb: 'approve',
      async tell(changed) {
        await demandOtherThanOwner(act, changed);
        return tellActiveSubscription(act, changed);
      },
    });
  },
});
