import { listOpenDrifts } from '../../db/azure/decisions.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { viewDrifts } from './drift-view.ts';

const DRIFTS_A_PAGE = 20;

/** A page of the open differences with Azure, oldest first. With `isCounted`, how many there are. */
export const listDrifts = defineOperation({
  name: 'azure/list-drifts',
  allowed: OPERATORS,
  effect: 'read',
  input: lists.pageInput(DRIFTS_A_PAGE, input.rowId),
  async run(act, wanted) {
    const list = listOpenDrifts(act.tx, { serviceId: act.service.id });
    const { page, ...more } = await lists.readPage(wanted, list);
    return { drifts: await viewDrifts(act, page), ...more };
  },
});
