import { z } from 'zod';
import { findInvitation } from '../../db/invitations.ts';
import { findOpenTicket } from '../../db/tickets.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ticketHash } from '../../security/ticket.ts';
import * as input from '../input.ts';
import { DEVELOPERS, defineOperation } from '../operation.ts';

/**
 * What the page behind an invitation link shows to whoever holds the link. Uses nothing up.
 * Errors: `ticket_refused`, whatever the cause.
 */
export const openInvitation = defineOperation({
  name: 'invitations/open',
  allowed: DEVELOPERS,
  effect: 'read',
  input: z.strictObject({ ticket: input.ticket }),
  async run(act, { ticket }) {
    const hash = ticketHash(ticket);
    const key = { serviceId: act.service.id, purpose: 'invitation' as const, now: act.now };
    const found = hash ? await findOpenTicket(act.tx, { ...key, hash }) : null;
    const invitation = found?.invitationId
      ? await findInvitation(act.tx, act.service.id, found.invitationId)
      : null;
    if (invitation?.state !== 'open') throw new DomainError('ticket_refused');
    const { email, firstName, lastName, expiresAt } = invitation;
    return { email, firstName, lastName, expiresAt };
  },
});
