import { z } from 'zod';
import { listApprovalsOfRequester } from '../../db/operators/approvals.ts';
import { actorId } from '../frame/actor.ts';
import { defineOperation, MEMBERS } from '../frame/operation.ts';
import { viewApprovals } from './approval-view.ts';

const MAX_OWN_SHOWN = 10;

/** The caller's own requests and what became of them, newest first; at most 10. */
export const listOwnApprovals = defineOperation({
  name: 'approvals/list-own',
  allowed: MEMBERS,
  effect: 'read',
  input: z.strictObject({}),
  async run(act) {
    const query = { serviceId: act.service.id, requestedBy: actorId(act.actor), limit: MAX_OWN_SHOWN };
    return viewApprovals(act, await listApprovalsOfRequester(act.tx, query));
  },
});
