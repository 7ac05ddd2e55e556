import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';

/** Whether a "This wasn't me" link still works; the link stays unused. Errors: `ticket_refused`, whatever the cause. */
export const openSecureAccount = defineOperation({
  name: 'accounts/open-secure',
  allowed: DEVELOPERS,
  effect: 'read',
  input: { ticket: input.ticket },
  async run(act, { ticket }) {
    const { email, expiresAt } = await demandOpenTicket(act, act.tx, 'account-security', ticket);
    return { email, expiresAt };
  },
});
