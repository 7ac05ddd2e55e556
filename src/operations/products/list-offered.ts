import { z } from 'zod';
import { listProducts as listProductRows } from '../../db/catalog/products.ts';
import * as input from '../catalog/input.ts';
import { viewProducts } from '../catalog/view.ts';
import { defineOperation } from '../frame/operation.ts';
import { groupsOfViewer } from './visible-products.ts';

const PRODUCTS_A_PAGE = 20;

/**
 * A page of the published products that whoever looks may see, by name; or the one of an id, if they may. A visitor who
 * isn't signed in sees what is open to guests.
 */
export const listOfferedProducts = defineOperation({
  name: 'products/list-offered',
  allowed: ['developer', 'account'],
  effect: 'read',
  input: z.strictObject({ productId: input.productId.optional(), after: input.nameCursor.optional() }),
  async run(act, { productId, after }) {
    const rows = await listProductRows(act.tx, act.service.id, {
      limit: PRODUCTS_A_PAGE + 1,
      after,
      seenBy: await groupsOfViewer(act),
      ...(productId === undefined ? {} : { id: productId }),
    });
    const page = rows.slice(0, PRODUCTS_A_PAGE);
    const last = page.at(-1);
    const views = await viewProducts(act, act.tx, page);
    return {
      products: views.map(({ groups: _, ...product }) => product),
      next: rows.length > PRODUCTS_A_PAGE && last ? { name: last.name, id: last.id } : null,
    };
  },
});
