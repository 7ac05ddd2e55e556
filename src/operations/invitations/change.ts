import { type Invitation, updateInvitation } from '../../db/accounts/invitations.ts';
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
