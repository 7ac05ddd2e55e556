import { deleteRecipient, holdRecipients, listRecipients } from '../../db/outbox/notification-recipients.ts';
import { ADMINS_AND_PROGRAMS, defineOperation } from '../frame/operation.ts';
import { isSameRecipient, readRecipient, recipientDetails, recipientInput } from './recipient.ts';

/**
 * No longer mails an email or the owner of an account about an event. False for one that wasn't mailed.
 * Errors: `email_invalid`.
 */
export const removeNotificationRecipient = defineOperation({
  name: 'notifications/remove-recipient',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: recipientInput,
  async run(act, wanted) {
    const { notification } = wanted;
    const removed = readRecipient(wanted);
    const serviceId = act.service.id;
    await holdRecipients(act.tx, serviceId, notification);
    const present = await listRecipients(act.tx, serviceId, notification);
    const found = present.find((one) => isSameRecipient(one, removed));
    if (!found) {
      act.nothingChanged();
      return { isRemoved: false };
    }
    await deleteRecipient(act.tx, found);
    act.record({ target: { kind: 'notification', id: notification }, before: recipientDetails(found) });
    return { isRemoved: true };
  },
});
