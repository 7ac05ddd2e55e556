import { z } from 'zod';
import { listProducts as listProductRows } from '../../db/catalog/products.ts';
import * as input from '../catalog/input.ts';
import { viewProducts } from '../catalog/view.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';

const MAX_PRODUCTS_A_PAGE = 100;

/** A page of products by name, at most 100. `text`: only those whose name has it. */
export const listProducts = defineOperation({
  name: 'products/list',
  allowed: OPERATORS,
  effect: 'read',
  input: z.strictObject({
    limit: z.int().min(1).max(MAX_PRODUCTS_A_PAGE).default(MAX_PRODUCTS_A_PAGE),
    after: input.nameCursor.optional(),
    text: input.searchedText.optional(),
  }),
  async run(act, { limit, after, text }) {
    const rows = await listProductRows(act.tx, act.service.id, { limit: limit + 1, after, text });
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      products: await viewProducts(act, act.tx, page),
      next: rows.length > limit && last ? { name: last.name, id: last.id } : null,
    };
  },
});
