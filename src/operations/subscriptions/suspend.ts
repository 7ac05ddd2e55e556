import * as catalog from '../catalog/input.ts';
import { defineOperation, input, OPERATORS_AND_PROGRAMS } from '../frame/operation.ts';
import { changeSubscriptionState } from './change-state.ts';

/**
 * Suspends a subscription: calls with its keys are refused until it is resumed. Its owner sees the reason.
 * Errors: `subscription_not_found`, `subscription_changed`, `subscription_state_unfitting`.
 */
export const suspendSubscription = defineOperation({
  name: 'subscriptions/suspend',
  allowed: OPERATORS_AND_PROGRAMS,
  effect: 'change',
  input: {
    subscriptionId: catalog.subscriptionId,
    expectedVersion: input.expectedVersion,
    reason: catalog.stateComment.default(''),
  },
  run: (act, { reason, ...wanted }) =>
    changeSubscriptionState(act, { ...wanted, verb: 'suspend', comment: reason }),
});
