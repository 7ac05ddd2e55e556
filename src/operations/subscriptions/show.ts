import { readUsage } from '../../db/usage/read.ts';
import { viewMirror } from '../azure/order-view.ts';
import * as catalog from '../catalog/input.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';
import { viewTermsOf } from '../terms/terms.ts';
import { viewOneSubscription } from './subscription.ts';

/** One subscription, without its keys, its calls of 30 days, and whether its owner agreed to the terms of its product. Errors: `subscription_not_found`. */
export const showSubscription = defineOperation({
  name: 'subscriptions/show',
  allowed: [...OPERATORS, 'system'],
  effect: 'read',
  input: { subscriptionId: catalog.subscriptionId },
  async run(act, { subscriptionId }) {
    const of = { of: 'subscription', id: subscriptionId } as const;
    const [subscription, calls, mirror] = await Promise.all([
      viewOneSubscription(act, subscriptionId),
      readUsage(act.tx, { serviceId: act.service.id, of, time: '30 days', now: act.now }),
      viewMirror(act, { kind: 'subscription', ourId: subscriptionId }),
    ]);
    return { subscription, calls, mirror, terms: await viewTermsOf(act, subscription) };
  },
});
