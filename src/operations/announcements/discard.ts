import { removeAnnouncement } from '../../db/announcements/announcements.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { holdDraft, seenAnnouncement } from './announcement.ts';

/** Deletes a draft. Errors: `announcement_not_found`, `announcement_changed`, `announcement_sent`. */
export const discardAnnouncement = defineOperation({
  name: 'announcements/discard',
  allowed: ADMINS,
  effect: 'change',
  input: seenAnnouncement,
  async run(act, seen) {
    const row = await holdDraft(act, seen);
    await removeAnnouncement(act.tx, row);
    act.record({ target: { kind: 'announcement', id: row.id }, before: { name: row.subject } });
    return { subject: row.subject };
  },
});
