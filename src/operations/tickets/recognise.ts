import { z } from 'zod';
import { findOpenTicket } from '../../db/accounts/tickets.ts';
import { ticketHash } from '../../security/ticket.ts';
import { DEVELOPERS, defineOperation } from '../frame/operation.ts';

/**
 * Whether a ticket can be redeemed now for this purpose. It stays unused. A wrong one is an answer and no refusal, so a
 * client that guesses writes no audit rows.
 */
export const recogniseTicket = defineOperation({
  name: 'tickets/recognise',
  allowed: DEVELOPERS,
  effect: 'read',
  input: z.strictObject({
    purpose: z.enum(['invitation', 'password-reset', 'email-confirmation', 'sign-in']),
    ticket: z.string(),
  }),
  async run(act, { purpose, ticket }) {
    const hash = ticketHash(ticket);
    const key = { serviceId: act.service.id, purpose, now: act.now };
    return hash !== null && (await findOpenTicket(act.tx, { ...key, hash })) !== null;
  },
});
