import { z } from 'zod';
import { listApiPage } from '../../db/catalog/pages.ts';
import { type FilterFields, parseListFilter } from '../../domain/list-filter.ts';
import * as catalog from '../catalog/input.ts';
import { viewApi } from '../catalog/view.ts';
import { defineOperation, READERS } from '../frame/operation.ts';
import { page } from '../frame/page-input.ts';

const FIELDS: FilterFields = { name: 'text', displayName: 'text', path: 'text' };

/**
 * A page of APIs by name, with the count of all that fit; `ids`: only these.
 * Errors: `invalid_input` for `$filter`. Source: Azure, Api_ListByService.
 */
export const queryApis = defineOperation({
  name: 'apis/query',
  allowed: READERS,
  effect: 'read',
  input: z.strictObject({
    ...page,
    ids: z.array(z.string().max(256)).max(100).optional(),
    after: catalog.nameCursor.optional(),
  }),
  async run(act, { filter: source, ids, top, skip, after }) {
    const wanted = { filter: source ? parseListFilter(source, FIELDS) : null, ids };
    const limits = { limit: top + 1, skip: after ? 0 : skip, after };
    const { rows, count } = await listApiPage(act.tx, act.service.id, wanted, limits);
    const shown = rows.slice(0, top);
    const last = shown.at(-1);
    return {
      apis: shown.map(viewApi),
      count,
      next: rows.length > top && last ? { name: last.name, id: last.id } : null,
    };
  },
});
