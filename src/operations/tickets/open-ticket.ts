import { findOpenTicket, type Ticket, type TicketPurpose } from '../../db/accounts/tickets.ts';
import type { Db } from '../../db/connection/connect.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ticketHash } from '../../security/ticket.ts';
import type { Context } from '../frame/context.ts';

/**
 * The ticket of a link that can be redeemed now for this purpose. It stays unused.
 * Errors: `ticket_refused`, whatever the cause.
 */
export async function demandOpenTicket(
  context: Pick<Context, 'service' | 'clock'>,
  db: Db,
  purpose: TicketPurpose,
  secret: string,
): Promise<Ticket> {
  const hash = ticketHash(secret);
  const key = { serviceId: context.service.id, purpose, now: context.clock() };
  const ticket = hash ? await findOpenTicket(db, { ...key, hash }) : null;
  if (!ticket) throw new DomainError('ticket_refused');
  return ticket;
}
