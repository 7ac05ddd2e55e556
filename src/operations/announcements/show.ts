import { findAnnouncement } from '../../db/announcements/announcements.ts';
import { countAudience, sampleAudience } from '../../db/announcements/audience.ts';
import { countFates } from '../../db/announcements/recipients.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { queryOf, renderSample } from './announcement.ts';

const SAMPLED = 5;

export type AnnouncementView = Awaited<ReturnType<typeof showAnnouncement>>;

/**
 * An announcement as it is mailed, and for a draft who would get it now, who is left out and why, and some of those who get
 * it. Once sent: what became of the mails. Errors: `announcement_not_found`.
 */
export const showAnnouncement = defineOperation({
  name: 'announcements/show',
  allowed: [...ADMINS, 'system'],
  effect: 'read',
  input: { announcementId: input.rowId },
  async run(act, { announcementId }) {
    const row = await findAnnouncement(act.tx, act.service.id, announcementId);
    if (!row) throw new DomainError('announcement_not_found');
    const { serviceId: _, ...announcement } = row;
    const { subject, text } = await renderSample(act, row);
    const mail = { subject, text };
    const fates = await countFates(act.tx, row);
    if (row.state !== 'draft') {
      const recipients = Object.values(fates).reduce((sum, count) => sum + count, 0);
      return { announcement, mail, recipients, leftOut: row.leftOut, sample: [], fates };
    }
    const query = queryOf(row, act.now);
    const [counted, sample] = await Promise.all([
      countAudience(act.tx, query),
      sampleAudience(act.tx, query, SAMPLED),
    ]);
    return { announcement, mail, ...counted, sample, fates };
  },
});
