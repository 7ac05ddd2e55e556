import { z } from 'zod';
import { newId } from '../../db/ids.ts';
import { insertCard, listCardsOfSubscription } from '../../db/outbox/cards.ts';
import { subscriptionId } from '../catalog/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { viewOneSubscription } from '../subscriptions/subscription.ts';

const MAX_CHANNELS = 50;

/**
 * Where the cards of a subscription are, and what they should show. A requested subscription gets a card in each of
 * `channels`; one that never waited has none. Errors: `subscription_not_found`.
 */
export const planSubscriptionCards = defineOperation({
  name: 'cards/plan-subscription',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: z.strictObject({ subscriptionId, channels: z.array(z.string().max(40)).max(MAX_CHANNELS) }),
  async run(act, { subscriptionId, channels }) {
    const serviceId = act.service.id;
    const subscription = await viewOneSubscription(act, subscriptionId);
    const isWaiting = subscription.state === 'submitted';
    for (const channelId of isWaiting ? channels : []) {
      const id = newId(act.now, act.random);
      const times = { createdAt: act.now, changedAt: act.now };
      await insertCard(act.tx, { serviceId, id, subscriptionId, channelId, ...times });
    }
    const cards = await listCardsOfSubscription(act.tx, serviceId, subscriptionId);
    return {
      subscription,
      // A card that Slack did not get while the subscription waited is not posted any more.
      cards: cards
        .filter((card) => isWaiting || card.messageTs !== null)
        .map(({ id, channelId, messageTs }) => ({ id, channelId, messageTs })),
    };
  },
});
