import type { Account } from '../db/accounts.ts';
import type { Act } from './context.ts';
import { hoursAfter, issueTicket, queueMail } from './outbox.ts';

/** Mails a pending account's link to confirm its address; a former one dies. Lives `INVITATION_LIFETIME_HOURS` (48). */
export async function queueConfirmationMail(
  act: Act,
  account: Pick<Account, 'id' | 'email' | 'firstName' | 'lastName'>,
): Promise<void> {
  const { id: accountId, email, firstName, lastName } = account;
  const owner = { accountId };
  const expiresAt = hoursAfter(act.now, act.policy.invitationLifetimeHours);
  const ticket = await issueTicket(act, { purpose: 'email-confirmation', owner, email, expiresAt });
  const template = 'ConfirmSignUpIdentityDefault';
  await queueMail(act, { template, to: email, firstName, lastName, owner, ticket });
}
