import { z } from 'zod';
import { countProducts, listProducts as listProductRows } from '../../db/catalog/products.ts';
import * as catalog from '../catalog/input.ts';
import { viewProducts } from '../catalog/view.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation, READERS } from '../frame/operation.ts';

const PRODUCTS_A_PAGE = 100;

/** A page of products by name; with `isCounted`, how many match in all. `text`: part of the name. */
export const listProducts = defineOperation({
  name: 'products/list',
  allowed: READERS,
  effect: 'read',
  input: z.strictObject({
    limit: lists.limit.default(PRODUCTS_A_PAGE),
    text: catalog.searchedText.optional(),
    ids: lists.onlyIds,
    filter: lists.filterInput(['id', 'name', 'description', 'terms', 'isPublished']),
    skip: lists.skip,
    after: catalog.nameCursor.optional(),
    isCounted: lists.isCounted,
  }),
  async run(act, { text, ids, filter, isCounted, ...wanted }) {
    const which = { text, ids, filter };
    const rows = await listProductRows(act.tx, act.service.id, which, lists.pageToRead(wanted));
    const { page, next } = lists.cutPage(rows, wanted.limit, ({ name, id }) => ({ name, id }));
    return {
      products: await viewProducts(act, act.tx, page),
      next,
      ...(isCounted ? { count: await countProducts(act.tx, act.service.id, which) } : {}),
    };
  },
});
