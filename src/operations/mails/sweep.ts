import { listDueMails } from '../../db/outbox/mails.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { queueDelivery } from '../frame/outbox.ts';

const MAX_SWEPT = 500;

/** Queues due mails again whose job was lost: a killed process holds its jobs for hours. Returns how many. */
export const sweepMails = defineOperation({
  name: 'mails/sweep',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const due = await listDueMails(act.tx, act.service.id, act.now, MAX_SWEPT);
    for (const mail of due) await queueDelivery(act.tx, mail);
    return due.length;
  },
});
