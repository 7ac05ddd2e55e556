import { defineOperation } from '../frame/operation.ts';
import { callOffMails } from './call-off.ts';

/**
 * Cancels every mail that waits, up to 500 at once, and returns how many: after a restore from a backup some of them may
 * have been sent already.
 */
export const cancelMails = defineOperation({
  name: 'mails/cancel-all',
  allowed: ['console'],
  effect: 'change',
  input: {},
  async run(act) {
    const count = await callOffMails(act, {});
    if (count === 0) act.nothingChanged();
    else act.record({ after: { count } });
    return { count };
  },
});
