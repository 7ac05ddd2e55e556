import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { labelsOf } from '../identities/proof.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';

/**
 * Whether a reset link still works, and which providers a new password will disconnect; the link stays unused.
 * Errors: `ticket_refused`, whatever the cause.
 */
export const openPasswordReset = defineOperation({
  name: 'passwords/open-reset',
  allowed: DEVELOPERS,
  effect: 'read',
  input: { ticket: input.ticket },
  async run(act, { ticket }) {
    const { email, expiresAt, accountId } = await demandOpenTicket(act, act.tx, 'password-reset', ticket);
    return { email, expiresAt, connected: accountId ? await labelsOf(act, accountId) : [] };
  },
});
