import { z } from 'zod';
import { deleteProduct as deleteProductRow } from '../../db/catalog/products.ts';
import * as catalog from '../catalog/input.ts';
import { ADMINS_AND_PROGRAMS, defineOperation, input } from '../frame/operation.ts';
import { removeSubscriptions } from '../subscriptions/subscription.ts';
import { holdProductForChange } from './product.ts';

/**
 * Deletes a product; its APIs stay. `deleteSubscriptions` deletes its subscriptions for good.
 * Errors: `product_not_found`, `catalog_changed`, `has_subscriptions` with their `count`.
 * Source: Azure, Product delete (`deleteSubscriptions`).
 */
export const deleteProduct = defineOperation({
  name: 'products/delete',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: {
    productId: catalog.productId,
    expectedVersion: input.expectedVersion,
    deleteSubscriptions: z.boolean().default(false),
  },
  async run(act, { productId, expectedVersion, deleteSubscriptions }) {
    const product = await holdProductForChange(act, productId, expectedVersion);
    const subscriptions = await removeSubscriptions(act, { productId }, deleteSubscriptions);
    await deleteProductRow(act.tx, product);
    act.record({ target: { kind: 'product', id: productId }, before: { name: product.name, subscriptions } });
    return { productId, name: product.name, subscriptions };
  },
});
