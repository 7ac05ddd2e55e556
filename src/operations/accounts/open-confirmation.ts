import { z } from 'zod';
import { findAccount } from '../../db/accounts/accounts.ts';
import * as input from '../frame/input.ts';
import { DEVELOPERS, defineOperation } from '../frame/operation.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';
import { choosesPassword } from './sign-up-rules.ts';

/** Whether the link of a confirmation page still works, and what its form asks for. Uses nothing up. Errors: `ticket_refused`, whatever the cause. */
export const openConfirmation = defineOperation({
  name: 'accounts/open-confirmation',
  allowed: DEVELOPERS,
  effect: 'read',
  input: z.strictObject({ ticket: input.ticket }),
  async run(act, { ticket }) {
    const { email, expiresAt, accountId } = await demandOpenTicket(act, act.tx, 'email-confirmation', ticket);
    const account = accountId ? await findAccount(act.tx, act.service.id, accountId) : null;
    return { email, expiresAt, choosesPassword: account !== null && choosesPassword(account) };
  },
});
