// Another address for an account: it counts once it was confirmed from there.
import { type Account, findAccountByEmail } from '../../db/accounts/accounts.ts';
import { voidTickets } from '../../db/accounts/tickets.ts';
import { callOffMail } from '../../db/outbox/mails.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { EmailAddress } from '../../domain/email-address.ts';
import type { Act } from '../frame/context.ts';
import { hoursAfter, issueTicket, queueMail } from '../frame/outbox.ts';
import { currentState } from './account.ts';
import { queueAccountExists } from './account-exists-mail.ts';
import { isUnconfirmed, queueConfirmationMail } from './confirmation-mail.ts';

/**
 * Mails the new address for confirmation and tells the present one. Null when nothing is to change. `hidesOthers`: whoever
 * asks may not learn that somebody else has the address, who is told instead of being asked to confirm.
 * Errors: `account_state_unfitting` when blocked; `email_taken` with the account that has it.
 */
export async function askForAddress(
  act: Act,
  account: Account,
  email: EmailAddress,
  { hidesOthers = false }: { hidesOthers?: boolean } = {},
): Promise<string | null> {
  if (email.spelling === account.email) return null;
  if (account.state === 'blocked')
    throw new DomainError('account_state_unfitting', { id: account.id, current: currentState(account) });
  const found = await findAccountByEmail(act.tx, act.service.id, email.canonical);
  const other = found?.id === account.id ? null : found;
  if (other && !hidesOthers)
    throw new DomainError('email_taken', { id: other.id, current: currentState(other) });
  const owner = { accountId: account.id };
  const person = { firstName: account.firstName, lastName: account.lastName, owner };
  const ticket = await issueTicket(act, {
    purpose: 'email-confirmation',
    owner,
    email: email.spelling,
    expiresAt: hoursAfter(act.now, act.policy.invitationLifetimeHours),
  });
  if (other) await queueAccountExists(act, other);
  else
    await queueMail(act, { template: 'EmailChangeIdentityDefault', to: email.spelling, ticket, ...person });
  await queueMail(act, { template: 'EmailChangeRequested', to: account.email, ...person });
  return email.spelling;
}

/** Whoever is pending waits for their own address again, whose link the new one had ended. */
export async function callOffAddress(act: Act, account: Account): Promise<void> {
  const of = { serviceId: act.service.id, accountId: account.id };
  await voidTickets(act.tx, { ...of, purpose: 'email-confirmation', now: act.now });
  await callOffMail(act.tx, { ...of, template: 'EmailChangeRequested' });
  if (isUnconfirmed(account)) await queueConfirmationMail(act, account);
}
