import { endApproval, lockOpenApprovals } from '../../db/operators/approvals.ts';
import { actorId } from '../frame/actor.ts';
import { defineOperation, input } from '../frame/operation.ts';
import { queueApprovalEnd } from '../frame/outbox.ts';

const MAX_CLOSED_AT_ONCE = 500;

/**
 * Withdraws every open approval, up to 500 at once, and returns how many: after a restore from a backup some of them may
 * have been decided already. The requesters are told.
 */
export const closeApprovals = defineOperation({
  name: 'approvals/close-all',
  allowed: ['console'],
  effect: 'change',
  input: { reason: input.reason.default('') },
  async run(act, { reason }) {
    const open = await lockOpenApprovals(act.tx, {
      serviceId: act.service.id,
      limit: MAX_CLOSED_AT_ONCE,
      all: true,
    });
    const end = {
      state: 'withdrawn' as const,
      decidedBy: actorId(act.actor),
      decidedByName: act.actorName,
      decisionReason: reason,
    };
    for (const approval of open) await queueApprovalEnd(act.tx, await endApproval(act, approval, end));
    if (open.length === 0) act.nothingChanged();
    else act.record({ reason, after: { count: open.length } });
    return { count: open.length };
  },
});
