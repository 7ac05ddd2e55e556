import * as catalog from '../catalog/input.ts';
import { ACCOUNTS, ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { changeSubscriptionState } from './change-state.ts';

/**
 * Ends a subscription, or withdraws a request for one. Its row stays, and it can't be resumed. For admins and its owner.
 * Errors: `subscription_not_found`, `subscription_changed`, `subscription_state_unfitting`.
 */
export const cancelSubscription = defineOperation({
  name: 'subscriptions/cancel',
  allowed: [...ADMINS_AND_PROGRAMS, ...ACCOUNTS],
  effect: 'change',
  input: {
    subscriptionId: catalog.subscriptionId,
    expectedVersion: input.expectedVersion,
    reason: catalog.stateComment.default(''),
  },
  run: (act, { reason, ...wanted }) =>
    changeSubscriptionState(act, { ...wanted, verb: 'cancel', comment: reason }),
});
