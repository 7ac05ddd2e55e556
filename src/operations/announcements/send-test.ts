import { findAnnouncement } from '../../db/announcements/announcements.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { queueMail } from '../frame/outbox.ts';
import { sampleOf } from './announcement.ts';

/**
 * Mails an announcement, with sample values, to the operator. Its link unsubscribes no one.
 * Errors: `announcement_not_found`, `email_invalid`.
 */
export const sendTestOfAnnouncement = defineOperation({
  name: 'announcements/send-test',
  allowed: ADMINS,
  effect: 'change',
  input: { announcementId: input.rowId, to: input.email },
  async run(act, { announcementId, to }) {
    const row = await findAnnouncement(act.tx, act.service.id, announcementId);
    if (!row) throw new DomainError('announcement_not_found');
    const { spelling } = parseEmailAddress(to);
    const { variables, unsubscribeUrl } = sampleOf(act, row);
    await queueMail(act, {
      template: 'Announcement',
      to: spelling,
      firstName: variables.DevFirstName ?? '',
      lastName: variables.DevLastName ?? '',
      variables,
      text: { subject: row.subject, body: row.body },
      unsubscribeUrl,
    });
    act.record({ target: { kind: 'announcement', id: announcementId } });
    return { to: spelling };
  },
});
