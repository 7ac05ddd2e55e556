import { findProduct } from '../../db/catalog/products.ts';
import { countSubscriptions } from '../../db/subscriptions/subscriptions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as input from '../catalog/input.ts';
import { viewProduct } from '../catalog/view.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';

/** A product with the number of subscriptions to it. Errors: `product_not_found`. */
export const showProduct = defineOperation({
  name: 'products/show',
  allowed: OPERATORS,
  effect: 'read',
  input: { productId: input.productId },
  async run(act, { productId }) {
    const product = await findProduct(act.tx, act.service.id, productId);
    if (!product) throw new DomainError('product_not_found');
    const subscriptions = await countSubscriptions(act.tx, { serviceId: act.service.id, productId });
    return { product: await viewProduct(act, product), subscriptions };
  },
});
