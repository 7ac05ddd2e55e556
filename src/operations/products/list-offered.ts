import { listProducts as listProductRows } from '../../db/catalog/products.ts';
import * as catalog from '../catalog/input.ts';
import { viewProducts } from '../catalog/view.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation } from '../frame/operation.ts';
import { groupsOfViewer } from './product.ts';

const PRODUCTS_A_PAGE = 20;

/**
 * A page of the published products that this developer or visitor sees, by name; with `productId` only that one. A visitor
 * who isn't signed in sees the products of guests.
 */
export const listOfferedProducts = defineOperation({
  name: 'products/list-offered',
  allowed: ['developer', 'account'],
  effect: 'read',
  input: { productId: catalog.productId.optional(), after: catalog.nameCursor.optional() },
  async run(act, { productId, after }) {
    const wanted = {
      seenBy: await groupsOfViewer(act),
      ...(productId === undefined ? {} : { ids: [productId] }),
    };
    const part = { limit: PRODUCTS_A_PAGE, skip: 0, after, isCounted: false };
    const { page, next } = await lists.readPage(part, listProductRows(act.tx, act.service.id, wanted));
    const views = await viewProducts(act, act.tx, page);
    return { products: views.map(({ groups: _, ...product }) => product), next };
  },
});
