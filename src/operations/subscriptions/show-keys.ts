import * as catalog from '../catalog/input.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { demandAgreement } from '../terms/terms.ts';
import { readKeys } from './keys.ts';
import { holdSubscription } from './subscription.ts';

/**
 * Both keys of a developer's own subscription, in clear. Each time leaves an audit row.
 * Errors: `subscription_not_found`, also for another developer's; `terms_not_agreed` while newer terms of its product wait. Source: safety T26.
 */
export const showKeys = defineOperation({
  name: 'subscriptions/show-keys',
  allowed: ACCOUNTS,
  effect: 'change',
  input: { subscriptionId: catalog.subscriptionId },
  async run(act, { subscriptionId }) {
    await demandAgreement(act, await holdSubscription(act, subscriptionId));
    const keys = await readKeys(act, subscriptionId);
    act.record({ target: { kind: 'subscription', id: subscriptionId } });
    return keys;
  },
});
