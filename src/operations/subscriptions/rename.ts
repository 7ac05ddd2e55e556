import { updateSubscription } from '../../db/subscriptions/subscriptions.ts';
import * as catalog from '../catalog/input.ts';
import { ACCOUNTS, ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { holdSubscription, queueRepaintOf, viewOneSubscription } from './subscription.ts';

/**
 * Renames a subscription, or changes what programs alone read of it; a field that is left out stays. For admins and its
 * owner.
 * Errors: `subscription_not_found`, `subscription_changed`.
 */
export const renameSubscription = defineOperation({
  name: 'subscriptions/rename',
  allowed: [...ADMINS_AND_PROGRAMS, ...ACCOUNTS],
  effect: 'change',
  input: {
    subscriptionId: catalog.subscriptionId,
    expectedVersion: input.expectedVersion,
    name: catalog.catalogName.optional(),
    ...catalog.forPrograms,
  },
  async run(act, { subscriptionId, expectedVersion, ...change }) {
    const subscription = await holdSubscription(act, subscriptionId, expectedVersion);
    await queueRepaintOf(act, await updateSubscription(act, subscription, change));
    act.record({
      target: { kind: 'subscription', id: subscriptionId },
      before: Object.fromEntries(Object.entries(subscription).filter(([field]) => field in change)),
      after: change,
    });
    return { subscription: await viewOneSubscription(act, subscriptionId) };
  },
});
