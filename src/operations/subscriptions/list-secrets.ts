import * as catalog from '../catalog/input.ts';
import { defineOperation } from '../frame/operation.ts';
import { readKeys } from './keys.ts';
import { holdSubscription } from './subscription.ts';

/**
 * Both keys of a subscription in clear, for a program that may. Each time leaves an audit row.
 * Errors: `subscription_not_found`. Source: Azure, Subscription_ListSecrets.
 */
export const listSecrets = defineOperation({
  name: 'subscriptions/list-secrets',
  allowed: ['admin', 'token'],
  grant: 'list-secrets',
  effect: 'change',
  input: { subscriptionId: catalog.subscriptionId },
  async run(act, { subscriptionId }) {
    const { version } = await holdSubscription(act, subscriptionId);
    const keys = await readKeys(act, subscriptionId);
    act.record({ target: { kind: 'subscription', id: subscriptionId } });
    return { ...keys, version };
  },
});
