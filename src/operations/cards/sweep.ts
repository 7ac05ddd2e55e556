import { findOpenSummary } from '../../db/accounts/sign-ups.ts';
import { findApprovals } from '../../db/operators/approvals.ts';
import { listStaleSubjects } from '../../db/outbox/cards.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import {
  minutesAfter,
  queueApprovalRepaint,
  queueRepaint,
  queueSubscriptionRepaint,
  queueSummaryRepaint,
} from '../frame/outbox.ts';

const MAX_SWEPT = 100;

/**
 * Queues the repaint again of everything whose card is outdated or missing: after an outage of Slack each card is posted
 * once, in its present state, and what was decided meanwhile gets none. Returns how many.
 */
export const sweepCards = defineOperation({
  name: 'cards/sweep',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const serviceId = act.service.id;
    const query = { serviceId, before: minutesAfter(act.now, -1), limit: MAX_SWEPT };
    const stale = await listStaleSubjects(act.tx, query);
    const approvalIds = stale.map(({ approvalId }) => approvalId).filter((id): id is string => id !== null);
    for (const { accountId, subscriptionId } of stale) {
      if (accountId) await queueRepaint(act, accountId);
      if (subscriptionId) await queueSubscriptionRepaint(act, subscriptionId);
    }
    const summary = await findOpenSummary(act.tx, serviceId);
    if (summary) await queueSummaryRepaint(act, summary.id);
    for (const approval of await findApprovals(act.tx, serviceId, approvalIds))
      await queueApprovalRepaint(act.tx, approval);
    return stale.length;
  },
});
