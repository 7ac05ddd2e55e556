import { findAccount } from '../../db/accounts/accounts.ts';
import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';
import { choosesPassword } from './sign-up-rules.ts';

/**
 * What the page behind a confirmation link shows, if the link still works. Doesn't use it up.
 * Errors: `ticket_refused`, whatever the cause.
 */
export const openConfirmation = defineOperation({
  name: 'accounts/open-confirmation',
  allowed: DEVELOPERS,
  effect: 'read',
  input: { ticket: input.ticket },
  async run(act, { ticket }) {
    const { email, expiresAt, accountId } = await demandOpenTicket(act, act.tx, 'email-confirmation', ticket);
    const account = accountId ? await findAccount(act.tx, act.service.id, accountId) : null;
    return {
      email,
      expiresAt,
      choosesPassword: account !== null && (await choosesPassword(act.tx, account)),
    };
  },
});
