import { type Announcement, updateAnnouncement } from '../../db/announcements/announcements.ts';
import { listWaitingMailIds } from '../../db/announcements/recipients.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import type { Act } from '../frame/context.ts';
import { callOffMails } from '../mails/call-off.ts';

/** Ends the sending of a locked announcement before its time, and calls off the mails that have not left. */
export async function endSending(act: Act, row: Announcement, stoppedByName: string): Promise<void> {
  await updateAnnouncement(act.tx, row, { state: 'stopped', endedAt: act.now, stoppedByName });
  const ids = await listWaitingMailIds(act.tx, row);
  if (ids.length > 0) await callOffMails(act, { id: ids });
  const { serviceId, id: announcementId } = row;
  await addJob(act.tx, 'repaint-announcement', { serviceId, announcementId });
}
