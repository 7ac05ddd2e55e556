import { updateSubscription } from '../../db/subscriptions/subscriptions.ts';
import { judgeQuotas } from '../../db/usage/quota-use.ts';
import * as catalog from '../catalog/input.ts';
import { limitTextsOfSubscription } from '../catalog/limits.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { holdSubscription, queueRepaintOf, viewOneSubscription } from './subscription.ts';

/**
 * Gives a subscription a rate or quota of its own, or none; with null it has its product's. A field that is left out stays.
 * Gateways apply it to the next call, also to calls that it made in this period already.
 * Errors: `subscription_not_found`, `subscription_changed`; `invalid_input` for a limit that can't be read.
 */
export const limitSubscription = defineOperation({
  name: 'subscriptions/limit',
  allowed: ADMINS,
  effect: 'change',
  input: {
    subscriptionId: catalog.subscriptionId,
    expectedVersion: input.expectedVersion,
    rate: catalog.ownRate.optional(),
    quota: catalog.ownQuota.optional(),
  },
  async run(act, { subscriptionId, expectedVersion, ...limits }) {
    const subscription = await holdSubscription(act, subscriptionId, expectedVersion);
    await queueRepaintOf(act, await updateSubscription(act, subscription, limits));
    if (limits.quota !== undefined)
      await judgeQuotas(act, act.service.id, { subscriptionIds: [subscriptionId] });
    const after = limitTextsOfSubscription(limits);
    const before = Object.entries(limitTextsOfSubscription(subscription)).filter(([field]) => field in after);
    act.record({
      target: { kind: 'subscription', id: subscriptionId },
      before: Object.fromEntries(before),
      after,
    });
    return { subscription: await viewOneSubscription(act, subscriptionId) };
  },
});
