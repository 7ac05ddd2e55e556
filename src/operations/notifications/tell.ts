import { findAccounts } from '../../db/accounts/accounts.ts';
import { listRecipients } from '../../db/outbox/notification-recipients.ts';
import { fullName } from '../../domain/person-name.ts';
import type { NotificationMailName } from '../../mail/templates/catalog.ts';
import { type MailValue, momentOf } from '../../mail/templates/value.ts';
import type { Act } from '../frame/context.ts';
import { queueMail, queueMailTo } from '../frame/outbox.ts';

type Developer = { email: string; firstName: string; lastName: string };

/** Mails the recipients of a notification about what a developer did, or what happened to them. */
export async function tellRecipients(
  act: Act,
  notification: NotificationMailName,
  developer: Developer,
  variables: Record<string, MailValue> = {},
): Promise<void> {
  const recipients = await listRecipients(act.tx, act.service.id, notification);
  if (recipients.length === 0) return;
  const mail = {
    template: notification,
    variables: {
      DevName: fullName(developer) || developer.email,
      DevEmail: developer.email,
      EventAt: momentOf(act.now),
      ...variables,
    },
  };
  for (const { kind, recipient: to } of recipients)
    if (kind === 'email') await queueMail(act, { ...mail, to, firstName: '', lastName: '' });
  const ids = recipients.flatMap(({ kind, recipient }) => (kind === 'user' ? [recipient] : []));
  for (const account of await findAccounts(act.tx, act.service.id, ids))
    if (account.state === 'active') await queueMailTo(act, account, mail);
}
