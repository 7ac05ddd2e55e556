import { listAnnouncements as listRows } from '../../db/announcements/announcements.ts';
import { countFates } from '../../db/announcements/recipients.ts';
import * as lists from '../frame/lists.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';

const ANNOUNCEMENTS_A_PAGE = 10;

/** A page of announcements, drafts too, newest first, with what became of the mails. */
export const listAnnouncements = defineOperation({
  name: 'announcements/list',
  allowed: ADMINS,
  effect: 'read',
  input: lists.pageInput(ANNOUNCEMENTS_A_PAGE, input.rowId),
  async run(act, wanted) {
    const { page, ...more } = await lists.readPage(wanted, listRows(act.tx, act.service.id));
    const announcements = page.map(async ({ serviceId, body: _, ...row }) => ({
      ...row,
      fates: await countFates(act.tx, { serviceId, id: row.id }),
    }));
    return { announcements: await Promise.all(announcements), ...more };
  },
});
