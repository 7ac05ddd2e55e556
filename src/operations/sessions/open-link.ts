import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';

/** Whether a sign-in link still works; the link stays unused. Errors: `ticket_refused`, whatever the cause. */
export const openSignInLink = defineOperation({
  name: 'sessions/open-link',
  allowed: DEVELOPERS,
  effect: 'read',
  input: { ticket: input.ticket },
  async run(act, { ticket }) {
    const { email, expiresAt } = await demandOpenTicket(act, act.tx, 'sign-in', ticket);
    return { email, expiresAt };
  },
});
