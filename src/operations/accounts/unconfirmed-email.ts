// A new email of an account: it replaces the present one when it is confirmed by the link mailed to it.
import { type Account, findAccountByEmail } from '../../db/accounts/accounts.ts';
import { voidTickets } from '../../db/accounts/tickets.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { EmailAddress } from '../../domain/email-address.ts';
import type { Act } from '../frame/context.ts';
import { hoursAfter, issueTicket, queueMail } from '../frame/outbox.ts';
import { callOffMails } from '../mails/call-off.ts';
import { currentState } from './account.ts';
import { isUnconfirmed, queueAccountExistsMail, queueConfirmationMail, queueSecurityMail } from './mails.ts';

/**
 * Mails the new email a link to confirm it, and tells the present one. Null when nothing changes. With `hidesOthers` the
 * developer doesn't learn that another account has the email; that account's owner is told instead.
 * Errors: `account_state_unfitting` when blocked; `email_taken` with the account that has it.
 */
export async function requestEmailChange(
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
  const person = {
    firstName: account.firstName,
    lastName: account.lastName,
    language: account.language,
    owner,
  };
  const ticket = await issueTicket(act, {
    purpose: 'email-confirmation',
    owner,
    email: email.spelling,
    expiresAt: hoursAfter(act.now, act.policy.invitationLifetimeHours),
  });
  if (other) await queueAccountExistsMail(act, other);
  else
    await queueMail(act, { template: 'EmailChangeIdentityDefault', to: email.spelling, ticket, ...person });
  await queueSecurityMail(act, account, 'EmailChangeRequested');
  return email.spelling;
}

/** Ends the link to the new email. A pending account gets another link, because the change ended that of its own email. */
export async function cancelEmailChange(act: Act, account: Account): Promise<void> {
  const owner = { serviceId: act.service.id, accountId: account.id };
  await voidTickets(act.tx, { ...owner, purpose: 'email-confirmation', now: act.now });
  await callOffMails(act, { accountId: account.id, template: 'EmailChangeRequested', isUntried: true });
  if (isUnconfirmed(account)) await queueConfirmationMail(act, account);
}
