import type { Account } from '../../db/accounts/accounts.ts';
import type { Act } from '../frame/context.ts';
import { queueMailTo } from '../frame/outbox.ts';

/** Tells the owner of an email, most likely the sender of the form, that an account with it exists already. */
export async function queueAccountExistsMail(act: Act, account: Account): Promise<void> {
  await queueMailTo(act, account, { template: 'AccountExists' });
}
