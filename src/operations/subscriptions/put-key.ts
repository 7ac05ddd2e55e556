import { updateSubscription } from '../../db/subscriptions/subscriptions.ts';
import * as catalog from '../catalog/input.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { giveKey } from './keys.ts';
import { holdSubscription, queueRepaintOf } from './subscription.ts';

/**
 * Gives a subscription a key that it has in Azure, where it was replaced: nothing is mailed. The next call with the former
 * one is refused.
 * Errors: `subscription_not_found`, `subscription_changed`, `key_taken`; `invalid_input` for a text that can't be a key.
 */
export const putKey = defineOperation({
  name: 'subscriptions/put-key',
  allowed: SYSTEM,
  effect: 'change',
  input: {
    subscriptionId: catalog.subscriptionId,
    expectedVersion: input.expectedVersion,
    slot: catalog.keySlot,
    key: catalog.foreignKey,
  },
  async run(act, { subscriptionId, expectedVersion, slot, key }) {
    const subscription = await holdSubscription(act, subscriptionId, expectedVersion);
    await giveKey(act, subscription, slot, { foreignKey: key });
    await queueRepaintOf(act, await updateSubscription(act, subscription, {}));
    act.record({
      target: { kind: 'subscription', id: subscriptionId },
      after: { key: slot, broughtKeys: true },
    });
  },
});
