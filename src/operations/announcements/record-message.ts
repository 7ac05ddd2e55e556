import { z } from 'zod';
import { storeMessage } from '../../db/announcements/announcements.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';

/** Stores where the message with the progress is. */
export const recordAnnouncementMessage = defineOperation({
  name: 'announcements/record-message',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { announcementId: input.rowId, channelId: z.string().max(40), messageTs: z.string().max(40) },
  run: (act, { announcementId: id, ...message }) =>
    storeMessage(act.tx, { serviceId: act.service.id, id }, message),
});
