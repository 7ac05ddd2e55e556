import { type Invitation, lockOpenInvitationTo, updateInvitation } from '../../db/accounts/invitations.ts';
import { voidTickets } from '../../db/accounts/tickets.ts';
import type { Act } from '../frame/context.ts';
import { queueInvitationsRepaint } from '../frame/outbox.ts';

/** Changes a locked invitation, and the message to the people who sent it. */
export async function changeInvitation(
  act: Act,
  invitation: Invitation,
  change: Parameters<typeof updateInvitation>[2],
): Promise<Invitation> {
  await queueInvitationsRepaint(act, invitation.batchId);
  return updateInvitation(act.tx, invitation, change);
}

/** Ends the open invitation to an email, and its link. True when there was one that could still be accepted. */
export async function endOpenInvitationTo(act: Act, emailCanonical: string): Promise<boolean> {
  const invitation = await lockOpenInvitationTo(act.tx, act.service.id, emailCanonical);
  if (!invitation) return false;
  const isExpired = invitation.expiresAt <= act.now;
  await changeInvitation(act, invitation, { state: isExpired ? 'expired' : 'revoked', endedAt: act.now });
  await voidTickets(act.tx, { serviceId: act.service.id, invitationId: invitation.id, now: act.now });
  return !isExpired;
}
