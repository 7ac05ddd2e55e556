import { z } from 'zod';
import { findAnnouncement } from '../../db/announcements/announcements.ts';
import { listRecipients } from '../../db/announcements/recipients.ts';
import { ANNOUNCEMENT_FATES } from '../../domain/announcement.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as lists from '../frame/lists.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';

const RECIPIENTS_A_PAGE = 20;

/** A page of the recipients of an announcement, with what became of each mail. Errors: `announcement_not_found`. */
export const listRecipientsOfAnnouncement = defineOperation({
  name: 'announcements/list-recipients',
  allowed: ADMINS,
  effect: 'read',
  input: {
    announcementId: input.rowId,
    fates: z.array(z.enum(ANNOUNCEMENT_FATES)).min(1).optional(),
    ...lists.pageInput(RECIPIENTS_A_PAGE, z.string().max(80)),
  },
  async run(act, { announcementId, fates = null, ...wanted }) {
    const row = await findAnnouncement(act.tx, act.service.id, announcementId);
    if (!row) throw new DomainError('announcement_not_found');
    const { page, ...more } = await lists.readPage(wanted, listRecipients(act.tx, row, fates));
    return { announcementId, subject: row.subject, recipients: page, ...more };
  },
});
