import { holdRecipients, insertRecipient, listRecipients } from '../../db/outbox/notification-recipients.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { notificationOf } from '../../domain/notifications.ts';
import { holdAccount } from '../accounts/account.ts';
import { ADMINS_AND_PROGRAMS, defineOperation } from '../frame/operation.ts';
import { isSameRecipient, readRecipient, recipientDetails, recipientInput } from './recipient.ts';

const MAX_RECIPIENTS = 50;

/**
 * Mails an email, or the owner of an account, about an event from now on. `isNew` is false for one that is mailed already.
 * Errors: `invalid_input` for a notification that is never sent; `email_invalid`; `account_not_found`, `account_erased`,
 * `account_state_unfitting` of a deleted one; `limit_reached` above 50 recipients.
 */
export const addNotificationRecipient = defineOperation({
  name: 'notifications/add-recipient',
  allowed: ADMINS_AND_PROGRAMS,
  effect: 'change',
  input: recipientInput,
  async run(act, wanted) {
    const { notification, accountId } = wanted;
    const { neverSent } = notificationOf(notification);
    if (neverSent) throw new DomainError('invalid_input', { fields: { notification: neverSent } });
    const added = readRecipient(wanted);
    const account = accountId === undefined ? null : await holdAccount(act, accountId);
    if (account?.state === 'deleted') throw new DomainError('account_state_unfitting', { id: account.id });
    const serviceId = act.service.id;
    await holdRecipients(act.tx, serviceId, notification);
    const present = await listRecipients(act.tx, serviceId, notification);
    const same = present.find((one) => isSameRecipient(one, added));
    if (same) {
      act.nothingChanged();
      return { recipient: same.recipient, isNew: false };
    }
    if (present.length >= MAX_RECIPIENTS)
      throw new DomainError('limit_reached', { limit: `${MAX_RECIPIENTS} recipients of a notification` });
    await insertRecipient(act.tx, { serviceId, notification, ...added, createdAt: act.now });
    act.record({ target: { kind: 'notification', id: notification }, after: recipientDetails(added) });
    return { recipient: added.recipient, isNew: true };
  },
});
