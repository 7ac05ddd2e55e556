import { findAccounts } from '../../db/accounts/accounts.ts';
import { listRecipients } from '../../db/outbox/notification-recipients.ts';
import { NOTIFICATION_NAMES, notificationOf } from '../../domain/notifications.ts';
import { ADMINS_AND_READERS, defineOperation } from '../frame/operation.ts';

/**
 * Every notification that Azure has, with its recipients: emails as they were written, and accounts that aren't deleted,
 * each with its id for programs.
 * `isSent` is false for those that have no mail here.
 */
export const listNotifications = defineOperation({
  name: 'notifications/list',
  allowed: ADMINS_AND_READERS,
  effect: 'read',
  input: {},
  async run(act) {
    const rows = await listRecipients(act.tx, act.service.id);
    const ids = rows.flatMap(({ kind, recipient }) => (kind === 'user' ? [recipient] : []));
    const accounts = await findAccounts(act.tx, act.service.id, [...new Set(ids)]);
    const present = new Map(
      accounts.flatMap(({ id, state, resourceId }) =>
        state === 'deleted' ? [] : [[id, { accountId: id, resourceId: resourceId ?? id }]],
      ),
    );
    return {
      notifications: NOTIFICATION_NAMES.map((name) => {
        const { title, description, neverSent } = notificationOf(name);
        const of = rows.filter(({ notification }) => notification === name);
        const recipients = (wanted: 'email' | 'user') =>
          of.filter(({ kind }) => kind === wanted).map(({ recipient }) => recipient);
        return {
          ...{ name, title, description, isSent: neverSent === undefined },
          emails: recipients('email'),
          users: recipients('user').flatMap((id) => present.get(id) ?? []),
        };
      }),
    };
  },
});
