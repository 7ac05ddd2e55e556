import { countReminder, endApproval, lockOpenApprovals } from '../../db/operators/approvals.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { hoursAfter, queueApprovalEnd } from '../frame/outbox.ts';

const MAX_SWEPT = 100;
/** The first reminder comes this long after the request, the second this long before the end. */
const FIRST_REMINDER_HOURS = 4;
const LAST_REMINDER_HOURS = 2;

/** Ends expired approvals, and reminds of open ones twice: 4 hours after the request and 2 hours before the end. */
export const sweepApprovals = defineOperation({
  name: 'approvals/sweep',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const serviceId = act.service.id;
    const page = { serviceId, limit: MAX_SWEPT };
    for (const approval of await lockOpenApprovals(act.tx, { ...page, pastEndAt: act.now })) {
      await queueApprovalEnd(act.tx, await endApproval(act, approval, { state: 'expired' }));
    }
    const due = [
      ...(await lockOpenApprovals(act.tx, {
        ...page,
        reminders: 1,
        endsBefore: hoursAfter(act.now, LAST_REMINDER_HOURS),
      })),
      ...(await lockOpenApprovals(act.tx, {
        ...page,
        reminders: 0,
        createdBefore: hoursAfter(act.now, -FIRST_REMINDER_HOURS),
      })),
    ];
    for (const approval of due) {
      await countReminder(act.tx, approval);
      await addJob(act.tx, 'remind-of-approval', { serviceId, approvalId: approval.id });
    }
    return due.length;
  },
});
