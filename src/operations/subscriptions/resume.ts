import * as catalog from '../catalog/input.ts';
import { defineOperation, input, OPERATORS_AND_PROGRAMS } from '../frame/operation.ts';
import { changeSubscriptionState } from './change-state.ts';

/**
 * Resumes a suspended subscription with the keys that it has. One that is past its end is expired.
 * Errors: `subscription_not_found`, `subscription_changed`, `subscription_state_unfitting`.
 */
export const resumeSubscription = defineOperation({
  name: 'subscriptions/resume',
  allowed: OPERATORS_AND_PROGRAMS,
  effect: 'change',
  input: { subscriptionId: catalog.subscriptionId, expectedVersion: input.expectedVersion },
  run: (act, wanted) => changeSubscriptionState(act, { ...wanted, verb: 'resume' }),
});
