import { listSending, lockAnnouncement } from '../../db/announcements/announcements.ts';
import { defineOperation } from '../frame/operation.ts';
import { endSending } from './end-sending.ts';

/** Stops every announcement, and returns how many: a restored database doesn't know who has got it since the backup. */
export const stopAllAnnouncements = defineOperation({
  name: 'announcements/stop-all',
  allowed: ['console'],
  effect: 'change',
  input: {},
  async run(act) {
    const sending = await listSending(act.tx, act.service.id);
    for (const { id } of sending) {
      const row = await lockAnnouncement(act.tx, act.service.id, id);
      if (row?.state === 'sending') await endSending(act, row, act.actorName);
    }
    if (sending.length === 0) act.nothingChanged();
    else act.record({ after: { count: sending.length } });
    return { count: sending.length };
  },
});
