import type { Invitation } from '../db/invitations.ts';
import type { Act } from './context.ts';
import { issueTicket, queueMail } from './outbox.ts';

/** Mails an invitation with a new link; a former one dies. */
export async function queueInvitationMail(
  act: Act,
  invitation: Pick<Invitation, 'id' | 'email' | 'firstName' | 'lastName' | 'personalLine' | 'expiresAt'>,
): Promise<void> {
  const owner = { invitationId: invitation.id };
  const { email, expiresAt } = invitation;
  const ticket = await issueTicket(act, { purpose: 'invitation', owner, email, expiresAt });
  await queueMail(act, {
    template: 'InviteUserNotificationMessage',
    to: email,
    firstName: invitation.firstName,
    lastName: invitation.lastName,
    owner,
    ticket,
    variables: { PersonalLine: invitation.personalLine },
  });
}
