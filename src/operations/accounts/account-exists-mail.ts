import type { Account } from '../../db/accounts/accounts.ts';
import type { Act } from '../frame/context.ts';
import { queueMail } from '../frame/outbox.ts';

/** Tells the owner of an email, most likely the sender of the form, that an account with it exists already. */
export async function queueAccountExistsMail(act: Act, account: Account): Promise<void> {
  const { id: accountId, email: to, firstName, lastName } = account;
  await queueMail(act, { template: 'AccountExists', to, firstName, lastName, owner: { accountId } });
}
