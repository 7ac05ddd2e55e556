import type { Account } from '../../db/accounts/accounts.ts';
import { findWaitingConfirmation } from '../../db/accounts/tickets.ts';
import type { Act } from '../frame/context.ts';
import { hoursAfter, issueTicket, queueMailTo } from '../frame/outbox.ts';

/** Whether the account waits for its email to be confirmed, and not only for an operator. */
export const isUnconfirmed = (account: Pick<Account, 'state' | 'emailConfirmedAt'>): boolean =>
  account.state === 'pending' && account.emailConfirmedAt === null;

/** Mails a pending account the link that confirms its email. The link before it dies. Lives `INVITATION_LIFETIME_HOURS` (48). */
export async function queueConfirmationMail(
  act: Act,
  account: Pick<Account, 'id' | 'email' | 'firstName' | 'lastName'>,
): Promise<void> {
  const { id: accountId, email } = account;
  const owner = { accountId };
  const expiresAt = hoursAfter(act.now, act.policy.invitationLifetimeHours);
  const ticket = await issueTicket(act, { purpose: 'email-confirmation', owner, email, expiresAt });
  await queueMailTo(act, account, { template: 'ConfirmSignUpIdentityDefault', ticket });
}

/**
 * Whether a pending account waits for the email that it has. Not while an operator's correction of the email waits: a
 * public form must not be able to kill that link.
 */
export async function waitsForThisAddress(act: Act, account: Account): Promise<boolean> {
  if (!isUnconfirmed(account)) return false;
  const query = { serviceId: act.service.id, accountId: account.id, now: act.now };
  const waiting = await findWaitingConfirmation(act.tx, query);
  return !waiting || waiting.email === account.email;
}
