import type { Account } from '../../db/accounts/accounts.ts';
import type { Act } from '../frame/context.ts';
import { queueMail, queueRepaint } from '../frame/outbox.ts';

/** Tells a developer that their password is another one: if it wasn't them, they must hear of it. */
export async function queuePasswordChanged(act: Act, account: Account): Promise<void> {
  const { id: accountId, email: to, firstName, lastName } = account;
  await queueMail(act, { template: 'PasswordChanged', to, firstName, lastName, owner: { accountId } });
  await queueRepaint(act, accountId);
}
