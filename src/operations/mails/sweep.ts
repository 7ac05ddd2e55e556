import { addJob } from '../../db/outbox/jobs.ts';
import { listDueMails } from '../../db/outbox/mails.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';

const MAX_SWEPT = 500;

/** Queues due mails again whose job was lost: a killed process holds its jobs for hours. Returns how many. */
export const sweepMails = defineOperation({
  name: 'mails/sweep',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const due = await listDueMails(act.tx, act.service.id, act.now, MAX_SWEPT);
    for (const { serviceId, id } of due) {
      await addJob(act.tx, 'deliver-mail', { serviceId, mailId: id });
    }
    return due.length;
  },
});
