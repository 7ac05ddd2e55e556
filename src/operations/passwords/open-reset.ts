import { z } from 'zod';
import { findOpenTicket } from '../../db/tickets.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ticketHash } from '../../security/ticket.ts';
import * as input from '../input.ts';
import { DEVELOPERS, defineOperation } from '../operation.ts';

/** Whether the link of a reset page still works. Uses nothing up. Errors: `ticket_refused`, whatever the cause. */
export const openPasswordReset = defineOperation({
  name: 'passwords/open-reset',
  allowed: DEVELOPERS,
  effect: 'read',
  input: z.strictObject({ ticket: input.ticket }),
  async run(act, { ticket }) {
    const hash = ticketHash(ticket);
    const key = { serviceId: act.service.id, purpose: 'password-reset' as const, now: act.now };
    const open = hash ? await findOpenTicket(act.tx, { ...key, hash }) : null;
    if (!open) throw new DomainError('ticket_refused');
    return { email: open.email, expiresAt: open.expiresAt };
  },
});
