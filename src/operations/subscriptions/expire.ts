import { updateSubscription } from '../../db/subscriptions/subscriptions.ts';
import { subscriptionStateAt } from '../../domain/subscription-state.ts';
import * as catalog from '../catalog/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { holdSubscription, queueRepaintOf } from './subscription.ts';

/** Stores that a subscription has expired; calls were refused from its end on. Errors: `subscription_not_found`. */
export const expireSubscription = defineOperation({
  name: 'subscriptions/expire',
  allowed: SYSTEM,
  effect: 'change',
  input: { subscriptionId: catalog.subscriptionId },
  async run(act, { subscriptionId }) {
    const subscription = await holdSubscription(act, subscriptionId);
    const state = subscriptionStateAt(subscription, act.now);
    // Extended or cancelled meanwhile.
    if (state === subscription.state) return act.nothingChanged();
    const change = { state, stateChangedAt: subscription.endsAt ?? act.now, stateChangedBy: act.actorName };
    await queueRepaintOf(act, await updateSubscription(act, subscription, change));
    act.record({
      target: { kind: 'subscription', id: subscriptionId },
      before: { state: subscription.state },
      after: { state },
    });
  },
});
