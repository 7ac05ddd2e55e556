import * as catalog from '../catalog/input.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';
import { viewOneSubscription } from './subscription.ts';

/** One subscription, without its keys. Errors: `subscription_not_found`. */
export const showSubscription = defineOperation({
  name: 'subscriptions/show',
  allowed: [...OPERATORS, 'system'],
  effect: 'read',
  input: { subscriptionId: catalog.subscriptionId },
  async run(act, { subscriptionId }) {
    return { subscription: await viewOneSubscription(act, subscriptionId) };
  },
});
