import { confirmEmailOf } from '../../db/accounts/accounts.ts';
import { markTicketUsed, type Ticket, type TicketPurpose } from '../../db/accounts/tickets.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act } from '../frame/context.ts';

/** A sign-in link isn't mailed: the program that made it passes it on. */
const MAILED: readonly TicketPurpose[] = [
  'invitation',
  'password-reset',
  'email-confirmation',
  'account-security',
  'session-proof',
];

/**
 * Uses a ticket up; of several requests at once, one succeeds. Its mail was read, so the account's email is confirmed,
 * whatever the link was for, unless the email has changed since. Call it once the account is locked.
 * Errors: `ticket_refused`.
 */
export async function redeemTicket(act: Act, ticket: Ticket): Promise<void> {
  const { purpose, accountId, email } = ticket;
  const isRedeemed = await markTicketUsed(act.tx, { ...ticket, now: act.now });
  if (!isRedeemed) throw new DomainError('ticket_refused');
  if (accountId === null || !MAILED.includes(purpose)) return;
  await confirmEmailOf(act.tx, { serviceId: act.service.id, id: accountId, email, now: act.now });
}
