import { z } from 'zod';
import { endApproval, lockOpenApprovals } from '../../db/operators/approvals.ts';
import { actorId } from '../frame/actor.ts';
import * as input from '../frame/input.ts';
import { defineOperation } from '../frame/operation.ts';
import { queueApprovalEnd } from '../frame/outbox.ts';

const MAX_CLOSED_AT_ONCE = 500;

/**
 * Takes back whatever waits for a second operator, up to 500 at once, and says how many: in a database that was brought
 * back from a backup it may have been decided before. Whoever asked is told.
 */
export const closeApprovals = defineOperation({
  name: 'approvals/close-all',
  allowed: ['console'],
  effect: 'change',
  input: z.strictObject({ reason: input.reason.default('') }),
  async run(act, { reason }) {
    const open = await lockOpenApprovals(act.tx, {
      serviceId: act.service.id,
      limit: MAX_CLOSED_AT_ONCE,
      all: true,
    });
    for (const approval of open) {
      const by = { decidedBy: actorId(act.actor), decidedByName: act.actorName, decisionReason: reason };
      await queueApprovalEnd(
        act.tx,
        await endApproval(act.tx, approval, { state: 'withdrawn', ...by }, act.now),
      );
    }
    if (open.length === 0) act.nothingChanged();
    else act.record({ reason, after: { count: open.length } });
    return { count: open.length };
  },
});
