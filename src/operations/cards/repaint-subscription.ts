import { z } from 'zod';
import { subscriptionId } from '../catalog/input.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';
import { queueSubscriptionRepaint } from '../frame/outbox.ts';
import { viewOneSubscription } from '../subscriptions/subscription.ts';

/**
 * Has the cards of a request for a subscription painted again, when somebody met one that was out of date.
 * Errors: `subscription_not_found`.
 */
export const repaintSubscriptionCards = defineOperation({
  name: 'cards/repaint-subscription',
  allowed: OPERATORS,
  effect: 'bookkeeping',
  input: z.strictObject({ subscriptionId }),
  async run(act, wanted) {
    await viewOneSubscription(act, wanted.subscriptionId);
    await queueSubscriptionRepaint(act, wanted.subscriptionId);
  },
});
