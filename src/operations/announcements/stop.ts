import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { holdAnnouncement, seenAnnouncement } from './announcement.ts';
import { endSending } from './end-sending.ts';

/**
 * Stops an announcement: no further mail leaves, and those that have not left are called off.
 * Errors: `announcement_not_found`, `announcement_not_sending`.
 */
export const stopAnnouncement = defineOperation({
  name: 'announcements/stop',
  allowed: ADMINS,
  effect: 'change',
  input: { announcementId: seenAnnouncement.announcementId },
  async run(act, which) {
    const row = await holdAnnouncement(act, which);
    if (row.state !== 'sending') throw new DomainError('announcement_not_sending');
    await endSending(act, row, act.actorName);
    act.record({
      target: { kind: 'announcement', id: row.id },
      after: { state: 'stopped' },
      isAnnounced: true,
    });
    return { subject: row.subject };
  },
});
