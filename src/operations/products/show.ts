import { findProduct } from '../../db/catalog/products.ts';
import { countSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import { readUsage } from '../../db/usage/read.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as catalog from '../catalog/input.ts';
import { viewProduct } from '../catalog/view.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';

/** A product with the number of subscriptions to it, and its calls of 30 days. Errors: `product_not_found`. */
export const showProduct = defineOperation({
  name: 'products/show',
  allowed: OPERATORS,
  effect: 'read',
  input: { productId: catalog.productId },
  async run(act, { productId }) {
    const product = await findProduct(act.tx, act.service.id, productId);
    if (!product) throw new DomainError('product_not_found');
    const serviceId = act.service.id;
    const of = { of: 'product', id: productId } as const;
    const [subscriptions, calls, view] = await Promise.all([
      countSubscriptions(act.tx, { serviceId, productId }),
      readUsage(act.tx, { serviceId, of, time: '30 days', now: act.now }),
      viewProduct(act, product),
    ]);
    return { product: view, subscriptions, calls };
  },
});
