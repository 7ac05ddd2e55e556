import { lockOpenInvitationTo } from '../../db/accounts/invitations.ts';
import { voidTickets } from '../../db/accounts/tickets.ts';
import type { Act } from '../frame/context.ts';
import { changeInvitation } from './change.ts';

/** Ends the open invitation to an email, and its link. True when there was one that could still be accepted. */
export async function endOpenInvitationTo(act: Act, emailCanonical: string): Promise<boolean> {
  const invitation = await lockOpenInvitationTo(act.tx, act.service.id, emailCanonical);
  if (!invitation) return false;
  const isExpired = invitation.expiresAt <= act.now;
  await changeInvitation(act, invitation, { state: isExpired ? 'expired' : 'revoked', endedAt: act.now });
  await voidTickets(act.tx, { serviceId: act.service.id, invitationId: invitation.id, now: act.now });
  return !isExpired;
}
