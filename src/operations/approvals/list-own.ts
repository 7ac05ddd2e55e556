import { listApprovalsOfRequester } from '../../db/operators/approvals.ts';
import { actorId } from '../frame/actor.ts';
import * as lists from '../frame/lists.ts';
import { defineOperation, input, MEMBERS } from '../frame/operation.ts';
import { viewApprovals } from './approval-view.ts';

const APPROVALS_A_PAGE = 10;

/** A page of the caller's own requests and what became of them, newest first. With `isCounted`, how many there are. */
export const listOwnApprovals = defineOperation({
  name: 'approvals/list-own',
  allowed: MEMBERS,
  effect: 'read',
  input: lists.pageInput(APPROVALS_A_PAGE, input.rowId),
  async run(act, wanted) {
    const of = { serviceId: act.service.id, requestedBy: actorId(act.actor) };
    const { page, ...more } = await lists.readPage(wanted, listApprovalsOfRequester(act.tx, of));
    return { approvals: await viewApprovals(act, page), ...more };
  },
});
