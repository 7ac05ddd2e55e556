import { listSending } from '../../db/announcements/announcements.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';

/** Queues a new job for each announcement that is being sent: its own may be lost. */
export const sweepAnnouncements = defineOperation({
  name: 'announcements/sweep',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const serviceId = act.service.id;
    for (const { id: announcementId } of await listSending(act.tx, serviceId))
      await addJob(act.tx, 'advance-announcement', { serviceId, announcementId });
  },
});
