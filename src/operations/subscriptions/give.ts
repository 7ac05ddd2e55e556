import { z } from 'zod';
import { lockAccount } from '../../db/accounts/accounts.ts';
import { holdProduct } from '../../db/catalog/products.ts';
import { countSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import * as catalog from '../catalog/input.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { tellActiveSubscription, tellWaitingSubscription } from './mails.ts';
import { makeSubscription } from './new-subscription.ts';
import { queueRepaintOf } from './subscription.ts';

/**
 * Gives an account that came in by a rule its first subscription to a product: active at once when the rule or the product
 * says so, otherwise requested. Terms of the product hide its keys until the developer agrees, as after an operator's grant.
 * Does nothing when the account ever had one, is deleted, or the product takes no subscriptions any more.
 */
export const giveSubscription = defineOperation({
  name: 'subscriptions/give',
  allowed: SYSTEM,
  effect: 'change',
  input: { accountId: input.accountId, productId: catalog.productId, isApproved: z.boolean() },
  async run(act, { accountId, productId, isApproved }) {
    const serviceId = act.service.id;
    const account = await lockAccount(act.tx, serviceId, accountId);
    const product = await holdProduct(act.tx, serviceId, productId);
    if (!account || account.state === 'deleted' || !product?.isSubscriptionRequired)
      return act.nothingChanged();
    if ((await countSubscriptions(act.tx, { serviceId, accountId, productId })) > 0)
      return act.nothingChanged();
    const subscription = await makeSubscription(act, {
      accountId,
      scope: { productId, apiId: null, name: product.name, product },
      name: product.name,
      state: product.isApprovalRequired && !isApproved ? 'submitted' : 'active',
    });
    if (subscription.state === 'active') await tellActiveSubscription(act, subscription);
    else await tellWaitingSubscription(act, subscription);
    await queueRepaintOf(act, subscription);
    act.record({
      target: { kind: 'subscription', id: subscription.id },
      after: { accountId, for: product.name, state: subscription.state },
    });
  },
});
