import { z } from 'zod';
import { listProducts as listProductRows } from '../../db/catalog/products.ts';
import * as catalog from '../catalog/input.ts';
import { viewProducts } from '../catalog/view.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation, READERS } from '../frame/operation.ts';

const PRODUCTS_A_PAGE = 100;

/** A page of products by name; with `isCounted`, how many match in all. `text`: part of the name; `apiId`: with this API. */
export const listProducts = defineOperation({
  name: 'products/list',
  allowed: READERS,
  effect: 'read',
  input: {
    text: catalog.searchedText.optional(),
    ids: lists.onlyIds,
    apiId: z.string().max(256).optional(),
    filter: lists.filterInput(['id', 'name', 'description', 'terms', 'isPublished']),
    ...lists.pageInput(PRODUCTS_A_PAGE, catalog.nameCursor),
  },
  async run(act, { text, ids, apiId, filter, ...wanted }) {
    const which = { text, ids, apiId, filter };
    const { page, ...more } = await lists.readPage(wanted, listProductRows(act.tx, act.service.id, which));
    return { products: await viewProducts(act, act.tx, page), ...more };
  },
});
