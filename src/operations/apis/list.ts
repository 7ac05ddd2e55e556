import { listApis as listApiRows } from '../../db/catalog/apis.ts';
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
  input: {
    text: catalog.searchedText.optional(),
    ids: lists.onlyIds,
    filter: lists.filterInput(['id', 'name', 'path']),
    ...lists.pageInput(APIS_A_PAGE, catalog.nameCursor),
  },
  async run(act, { text, ids, filter, ...wanted }) {
    const which = { text, ids, filter };
    const { page, ...more } = await lists.readPage(wanted, listApiRows(act.tx, act.service.id, which));
    return { apis: page.map(viewApi), ...more };
  },
});
