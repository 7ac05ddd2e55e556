import { z } from 'zod';
import { listProducts } from '../../db/catalog/products.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { holdAccount } from '../accounts/account.ts';
import * as catalog from '../catalog/input.ts';
import { ACCOUNTS, defineOperation } from '../frame/operation.ts';
import { groupsOfViewer } from '../products/product.ts';
import { signedInAs } from '../sessions/session.ts';
import { agreeToTermsOf, versionOf } from '../terms/terms.ts';
import { tellActiveSubscription, tellOwner, tellWaitingSubscription } from './mails.ts';
import { demandScope, makeSubscription } from './new-subscription.ts';
import { queueRepaintOf, viewOneSubscription } from './subscription.ts';

/**
 * A developer subscribes to a product that they see. The subscription is `active` at once, or `submitted` where the product
 * requires an approval, also after an earlier request was rejected or an earlier subscription deleted.
 * Errors: `product_not_found`, also for one that they don't see; `product_unavailable` when it takes no subscriptions;
 * `terms_not_agreed`; `subscriptions_limit`.
 */
export const requestSubscription = defineOperation({
  name: 'subscriptions/request',
  allowed: ACCOUNTS,
  effect: 'change',
  input: {
    productId: catalog.productId,
    name: catalog.catalogName.optional(),
    agreesToTerms: z.boolean().default(false),
    /** Of the terms that the developer read. */
    termsVersion: z.string().max(100).optional(),
  },
  async run(act, { productId, name, agreesToTerms, termsVersion }) {
    const account = await holdAccount(act, signedInAs(act).accountId);
    if (account.state !== 'active') throw new DomainError('not_permitted');
    const scope = await demandScope(act, { productId });
    const seenBy = await groupsOfViewer(act);
    const [seen] = await listProducts(act.tx, act.service.id, { seenBy, ids: [productId] }).rows({
      limit: 1,
    });
    if (!seen || !scope.product) throw new DomainError('product_not_found');
    if (!scope.product.isSubscriptionRequired) throw new DomainError('product_unavailable');
    const { terms } = scope.product;
    const isRead = termsVersion === undefined || termsVersion === versionOf(terms);
    if (terms !== '' && !(agreesToTerms && isRead)) throw new DomainError('terms_not_agreed');
    if (terms !== '') await agreeToTermsOf(act, account.id, scope.product);
    const subscription = await makeSubscription(act, {
      accountId: account.id,
      scope,
      name: name ?? scope.name,
      state: scope.product.isApprovalRequired ? 'submitted' : 'active',
    });
    if (subscription.state === 'active') await tellActiveSubscription(act, subscription);
    else {
      await tellOwner(act, subscription, 'RequestDeveloperNotificationMessage', { DevEmail: account.email });
      await tellWaitingSubscription(act, subscription);
    }
    await queueRepaintOf(act, subscription);
    act.record({
      target: { kind: 'subscription', id: subscription.id },
      after: {
        accountId: account.id,
        for: scope.name,
        state: subscription.state,
        agreedToTerms: agreesToTerms,
      },
    });
    return { subscription: await viewOneSubscription(act, subscription.id) };
  },
});
