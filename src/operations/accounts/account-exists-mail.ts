import type { Account } from '../../db/accounts/accounts.ts';
import type { MailName } from '../../mail/templates/catalog.ts';
import type { Act } from '../frame/context.ts';
import { queueMailTo } from '../frame/outbox.ts';
import { isUnconfirmed } from './confirmation-mail.ts';

const TEMPLATES: Partial<Record<Account['state'], MailName>> = {
  blocked: 'LinkWhileBlocked',
  pending: 'LinkWhilePending',
};

/**
 * Tells the owner of an email, most likely the sender of the form, that an account with it exists already: how to sign in,
 * or why that isn't possible now.
 */
export async function queueAccountExistsMail(act: Act, account: Account): Promise<void> {
  const template = (!isUnconfirmed(account) && TEMPLATES[account.state]) || 'AccountExists';
  await queueMailTo(act, account, { template });
}
