import { subscriptionId } from '../catalog/input.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';
import { queueSubscriptionRepaint } from '../frame/outbox.ts';
import { viewOneSubscription } from '../subscriptions/subscription.ts';

/**
 * Queues a repaint of a subscription's cards, after a person clicked on an outdated one. Errors: `subscription_not_found`.
 */
export const repaintSubscriptionCards = defineOperation({
  name: 'cards/repaint-subscription',
  allowed: OPERATORS,
  effect: 'bookkeeping',
  input: { subscriptionId },
  async run(act, { subscriptionId: id }) {
    await viewOneSubscription(act, id);
    await queueSubscriptionRepaint(act, id);
  },
});
