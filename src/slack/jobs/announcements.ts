// The one message that shows how an announcement goes on, to the operator who sent it.
import { recordAnnouncementMessage } from '../../operations/announcements/record-message.ts';
import { showAnnouncement } from '../../operations/announcements/show.ts';
import { sentMessage } from '../present/announcement.ts';
import type { SlackJob } from './dependencies.ts';
import { openDirectMessage, userIdIn } from './direct-messages.ts';
import { paint } from './paint.ts';

export const repaintAnnouncement: SlackJob<'repaint-announcement'> = async (
  dependencies,
  { announcementId },
) => {
  const { client, system } = dependencies;
  const view = await showAnnouncement(system(), { announcementId });
  const { sentBy, messageTs } = view.announcement;
  const userId = sentBy && userIdIn(dependencies, sentBy);
  const channelId =
    view.announcement.channelId ?? (userId ? await openDirectMessage(dependencies, userId) : null);
  if (!channelId) return;
  const painted = await paint(client, { channelId, messageTs }, sentMessage(view));
  if (painted.messageTs !== messageTs)
    await recordAnnouncementMessage(system(), { announcementId, ...painted });
};
