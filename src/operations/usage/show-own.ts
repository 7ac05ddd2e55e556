import { z } from 'zod';
import { findSubscription } from '../../db/subscriptions/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as catalog from '../catalog/input.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { signedInAs } from '../sessions/session.ts';
import { usageTime, viewUsage } from './usage.ts';

/**
 * The calls of a developer's own subscription, or of all their subscriptions to a product.
 * Errors: `subscription_not_found`, also for another developer's.
 */
export const showOwnUsage = defineOperation({
  name: 'usage/show-own',
  allowed: ACCOUNTS,
  effect: 'read',
  input: z.union([
    z.strictObject({ time: usageTime, subscriptionId: catalog.subscriptionId }),
    z.strictObject({ time: usageTime, productId: catalog.productId }),
  ]),
  async run(act, wanted) {
    const { accountId } = signedInAs(act);
    if ('productId' in wanted)
      return viewUsage(act, { of: 'product', id: wanted.productId, accountId }, wanted.time);
    const { subscriptionId, time } = wanted;
    const subscription = await findSubscription(act.tx, act.service.id, subscriptionId);
    if (subscription?.accountId !== accountId) throw new DomainError('subscription_not_found');
    return viewUsage(act, { of: 'subscription', id: subscriptionId }, time);
  },
});
