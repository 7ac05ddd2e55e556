import type { Account } from '../../db/accounts/accounts.ts';
import type { Act } from '../frame/context.ts';
import { queueMail } from '../frame/outbox.ts';

/** Tells the owner of an address that somebody, most likely they themselves, wanted an account for it once more. */
export async function queueAccountExists(act: Act, account: Account): Promise<void> {
  const { id: accountId, email: to, firstName, lastName } = account;
  await queueMail(act, { template: 'AccountExists', to, firstName, lastName, owner: { accountId } });
}
