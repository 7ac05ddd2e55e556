import { findAccount } from '../../db/accounts/accounts.ts';
import { findInvitation } from '../../db/accounts/invitations.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type Act, DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';

/**
 * What the page behind an invitation link shows. Doesn't use the link up.
 * Errors: `ticket_refused`, whatever the cause.
 */
export const openInvitation = defineOperation({
  name: 'invitations/open',
  allowed: DEVELOPERS,
  effect: 'read',
  input: { ticket: input.ticket },
  async run(act, { ticket }) {
    const open = await demandOpenTicket(act, act.tx, 'invitation', ticket);
    if (open.accountId) return openForAccount(act, open.accountId, open.expiresAt);
    const { invitationId } = open;
    const invitation = invitationId ? await findInvitation(act.tx, act.service.id, invitationId) : null;
    if (invitation?.state !== 'open') throw new DomainError('ticket_refused');
    const { email, firstName, lastName, expiresAt } = invitation;
    return { email, firstName, lastName, expiresAt };
  },
});

/** For an account that a program made, and that is pending until its developer accepts. */
async function openForAccount(act: Act, accountId: string, expiresAt: Date) {
  const account = await findAccount(act.tx, act.service.id, accountId);
  if (account?.state !== 'pending') throw new DomainError('ticket_refused');
  const { email, firstName, lastName } = account;
  return { email, firstName, lastName, expiresAt };
}
