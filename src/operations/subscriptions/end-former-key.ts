import { endFormerKey as endFormerKeyOf } from '../../db/subscriptions/keys.ts';
import { updateSubscription } from '../../db/subscriptions/subscriptions.ts';
import * as catalog from '../catalog/input.ts';
import { ACCOUNTS, defineOperation, input } from '../frame/operation.ts';
import { settleReplacedKeys } from '../leaked-keys/leaked-key.ts';
import { holdSubscription, queueRepaintOf } from './subscription.ts';

/**
 * Ends the former key of a slot before its time: the next call with it is refused. Does nothing when none goes on. Operators
 * replace the key at once instead, which the owner is told of; the console ends it again after a restore.
 * Errors: `subscription_not_found`, `subscription_changed`.
 */
export const endFormerKey = defineOperation({
  name: 'subscriptions/end-former-key',
  allowed: [...ACCOUNTS, 'console'],
  effect: 'change',
  input: {
    subscriptionId: catalog.subscriptionId,
    expectedVersion: input.expectedVersion,
    slot: catalog.keySlot,
  },
  async run(act, { subscriptionId, expectedVersion, slot }) {
    const subscription = await holdSubscription(act, subscriptionId, expectedVersion);
    const of = { serviceId: act.service.id, subscriptionId, slot };
    if (!(await endFormerKeyOf(act, of))) return act.nothingChanged();
    await settleReplacedKeys(act, subscriptionId);
    await queueRepaintOf(act, await updateSubscription(act, subscription, {}));
    act.record({ target: { kind: 'subscription', id: subscriptionId }, after: { formerKey: slot } });
  },
});
