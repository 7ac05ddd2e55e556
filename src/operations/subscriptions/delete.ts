import { deleteSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import * as catalog from '../catalog/input.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { closeLeakCards } from '../leaked-keys/close-cards.ts';
import { holdSubscription, scopeNameOf } from './subscription.ts';

/**
 * Deletes a subscription with its keys, for good: the next call with one of them is refused.
 * Errors: `subscription_not_found`, `subscription_changed`.
 */
export const deleteSubscription = defineOperation({
  name: 'subscriptions/delete',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: { subscriptionId: catalog.subscriptionId, expectedVersion: input.expectedVersion },
  async run(act, { subscriptionId, expectedVersion }) {
    const subscription = await holdSubscription(act, subscriptionId, expectedVersion);
    const { accountId, name, state } = subscription;
    const before = { accountId, name, for: await scopeNameOf(act, subscription), state };
    await closeLeakCards(act, { id: subscriptionId });
    await deleteSubscriptions(act.tx, { serviceId: act.service.id, id: subscriptionId });
    if (accountId) await queueRepaint(act, accountId);
    act.record({ target: { kind: 'subscription', id: subscriptionId }, before });
    return { subscriptionId, name };
  },
});
