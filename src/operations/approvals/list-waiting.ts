import { z } from 'zod';
import { listOpenApprovals } from '../../db/operators/approvals.ts';
import { actorId } from '../frame/actor.ts';
import { defineOperation, OPERATORS } from '../frame/operation.ts';
import { viewApprovals } from './approval-view.ts';

const MAX_WAITING_SHOWN = 10;

/** The open approvals that the caller can decide, oldest first: all but their own; at most 10. */
export const listWaitingApprovals = defineOperation({
  name: 'approvals/list-waiting',
  allowed: OPERATORS,
  effect: 'read',
  input: z.strictObject({}),
  async run(act) {
    const notOf = actorId(act.actor);
    const query = { serviceId: act.service.id, now: act.now, notOf, limit: MAX_WAITING_SHOWN };
    return viewApprovals(act, await listOpenApprovals(act.tx, query));
  },
});
