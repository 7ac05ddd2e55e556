import { z } from 'zod';
import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { demandOpenTicket } from './open-ticket.ts';

/** Whether a link still works for its purpose; it stays unused. Errors: `ticket_refused`, whatever the cause. */
export const openLink = defineOperation({
  name: 'tickets/open',
  allowed: DEVELOPERS,
  effect: 'read',
  input: { ticket: input.ticket, purpose: z.enum(['sign-in', 'account-security', 'session-proof']) },
  async run(act, { ticket, purpose }) {
    const { email, expiresAt } = await demandOpenTicket(act, act.tx, purpose, ticket);
    return { email, expiresAt };
  },
});
