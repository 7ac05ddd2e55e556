import { takeDigest } from '../../db/outbox/digests.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';

/** In UTC: the begin of the day in Europe, and before it in America. */
const HOUR = 7;

/** Queues Monday's digest once, later if nothing ran on Monday. A service that began this week gets its first one next week. */
export const postDueDigest = defineOperation({
  name: 'digests/post-due',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const serviceId = act.service.id;
    if (await takeDigest(act.tx, serviceId, lastMonday(act.now)))
      await addJob(act.tx, 'post-digest', { serviceId });
  },
});

/** The last Monday at which a digest was due. */
export function lastMonday(now: Date): Date {
  const due = new Date(now.getTime() - HOUR * 3_600_000);
  const daysSince = (due.getUTCDay() + 6) % 7;
  return new Date(Date.UTC(due.getUTCFullYear(), due.getUTCMonth(), due.getUTCDate() - daysSince, HOUR));
}
