import { z } from 'zod';
import { lockQueuedMails } from '../../db/outbox/mails.ts';
import { defineOperation } from '../frame/operation.ts';
import { endMail } from './end-mail.ts';

const MAX_CANCELLED_AT_ONCE = 500;

/**
 * Cancels every mail that waits, up to 500 at once, and returns how many: after a restore from a backup some of them may
 * have been sent already.
 */
export const cancelMails = defineOperation({
  name: 'mails/cancel-all',
  allowed: ['console'],
  effect: 'change',
  input: z.strictObject({}),
  async run(act) {
    const waiting = await lockQueuedMails(act.tx, act.service.id, MAX_CANCELLED_AT_ONCE);
    for (const mail of waiting) await endMail(act, mail, 'cancelled');
    if (waiting.length === 0) act.nothingChanged();
    else act.record({ after: { count: waiting.length } });
    return { count: waiting.length };
  },
});
