import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';

/** Whether a reset link still works; the link stays unused. Errors: `ticket_refused`, whatever the cause. */
export const openPasswordReset = defineOperation({
  name: 'passwords/open-reset',
  allowed: DEVELOPERS,
  effect: 'read',
  input: { ticket: input.ticket },
  async run(act, { ticket }) {
    const { email, expiresAt } = await demandOpenTicket(act, act.tx, 'password-reset', ticket);
    return { email, expiresAt };
  },
});
