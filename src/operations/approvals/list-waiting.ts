import { listOpenApprovals } from '../../db/operators/approvals.ts';
import { actorId } from '../frame/actor.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation, input, OPERATORS } from '../frame/operation.ts';
import { viewApprovals } from './approval-view.ts';

const APPROVALS_A_PAGE = 10;

/**
 * A page of the open approvals that the caller can decide, oldest first: all but their own. With `isCounted`, how many
 * there are.
 */
export const listWaitingApprovals = defineOperation({
  name: 'approvals/list-waiting',
  allowed: OPERATORS,
  effect: 'read',
  input: lists.pageInput(APPROVALS_A_PAGE, input.rowId),
  async run(act, wanted) {
    const of = { serviceId: act.service.id, now: act.now, notOf: actorId(act.actor) };
    const { page, ...more } = await lists.readPage(wanted, listOpenApprovals(act.tx, of));
    return { approvals: await viewApprovals(act, page), ...more };
  },
});
