import { z } from 'zod';
import { findInvitation } from '../../db/invitations.ts';
import { DomainError } from '../../domain/domain-error.ts';
import * as input from '../input.ts';
import { demandOpenTicket } from '../open-ticket.ts';
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
    const { invitationId } = await demandOpenTicket(act, act.tx, 'invitation', ticket);
    const invitation = invitationId ? await findInvitation(act.tx, act.service.id, invitationId) : null;
    if (invitation?.state !== 'open') throw new DomainError('ticket_refused');
    const { email, firstName, lastName, expiresAt } = invitation;
    return { email, firstName, lastName, expiresAt };
  },
});
