import { z } from 'zod';
import { countApis, listApis as listApiRows } from '../../db/catalog/apis.ts';
import * as catalog from '../catalog/input.ts';
import { viewApi } from '../catalog/view.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation, READERS } from '../frame/operation.ts';

const APIS_A_PAGE = 100;

/** A page of APIs by name; with `isCounted`, how many match in all. `text`: part of the name. */
export const listApis = defineOperation({
  name: 'apis/list',
  allowed: READERS,
  effect: 'read',
  input: z.strictObject({
    limit: lists.limit.default(APIS_A_PAGE),
    text: catalog.searchedText.optional(),
    ids: lists.onlyIds,
    filter: lists.filterInput(['id', 'name', 'path']),
    skip: lists.skip,
    after: catalog.nameCursor.optional(),
    isCounted: lists.isCounted,
  }),
  async run(act, { text, ids, filter, isCounted, ...wanted }) {
    const which = { text, ids, filter };
    const rows = await listApiRows(act.tx, act.service.id, which, lists.pageToRead(wanted));
    const { page, next } = lists.cutPage(rows, wanted.limit, ({ name, id }) => ({ name, id }));
    return {
      apis: page.map(viewApi),
      next,
      ...(isCounted ? { count: await countApis(act.tx, act.service.id, which) } : {}),
    };
  },
});
