import type { Invitation } from '../../db/accounts/invitations.ts';
import type { Act } from '../frame/context.ts';
import { hoursAfter, issueTicket, queueMail, queueMailTo, type Recipient } from '../frame/outbox.ts';

/** Mails an invitation with a new link. The link before it dies. */
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

/** Mails the link that activates a pending account: the developer sets name and password there. */
export async function queueInvitationOfAccount(act: Act, account: Recipient): Promise<void> {
  const { id: accountId, email } = account;
  const owner = { accountId };
  const expiresAt = hoursAfter(act.now, act.policy.invitationLifetimeHours);
  const ticket = await issueTicket(act, { purpose: 'invitation', owner, email, expiresAt });
  const template = 'InviteUserNotificationMessage';
  await queueMailTo(act, account, { template, ticket, variables: { PersonalLine: '' } });
}
