import { viewMirror } from '../azure/order-view.ts';
import { subscriptionId } from '../catalog/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { viewOneSubscription } from '../subscriptions/subscription.ts';
import { viewTermsOf } from '../terms/terms.ts';
import { channels, planCardsOf } from './planned-cards.ts';

/**
 * Where the cards of a subscription are, and what they should show. A requested subscription gets a card in each of
 * `channels`, unless it came with the first comparison with Azure; one that never waited has none. Errors: `subscription_not_found`.
 */
export const planSubscriptionCards = defineOperation({
  name: 'cards/plan-subscription',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { subscriptionId, channels },
  async run(act, { subscriptionId, channels }) {
    const subscription = await viewOneSubscription(act, subscriptionId);
    const mirror = await viewMirror(act, { kind: 'subscription', ourId: subscriptionId });
    const isWaiting = subscription.state === 'submitted' && !mirror?.isFirstPass;
    return {
      subscription,
      mirror,
      terms: await viewTermsOf(act, subscription),
      cards: await planCardsOf(act, { subscriptionId }, { isWaiting, channels }),
    };
  },
});
