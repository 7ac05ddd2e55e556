import { updateSubscription } from '../../db/subscriptions/subscriptions.ts';
import * as catalog from '../catalog/input.ts';
import { expectedVersion } from '../frame/input.ts';
import { ACCOUNTS, ADMINS_AND_PROGRAMS, defineOperation } from '../frame/operation.ts';
import { holdSubscription, queueRepaintOf, viewOneSubscription } from './subscription.ts';

/**
 * Renames a subscription. For admins and its owner.
 * Errors: `subscription_not_found`, `subscription_changed`.
 */
export const renameSubscription = defineOperation({
  name: 'subscriptions/rename',
  allowed: [...ADMINS_AND_PROGRAMS, ...ACCOUNTS],
  effect: 'change',
  input: {
    subscriptionId: catalog.subscriptionId,
    expectedVersion,
    name: catalog.catalogName,
  },
  async run(act, { subscriptionId, expectedVersion, name }) {
    const subscription = await holdSubscription(act, subscriptionId, expectedVersion);
    await queueRepaintOf(act, await updateSubscription(act, subscription, { name }));
    act.record({
      target: { kind: 'subscription', id: subscriptionId },
      before: { name: subscription.name },
      after: { name },
    });
    return { subscription: await viewOneSubscription(act, subscriptionId) };
  },
});
