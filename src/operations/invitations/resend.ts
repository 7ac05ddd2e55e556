import { findAccountByEmail } from '../../db/accounts/accounts.ts';
import { holdEmail } from '../../db/accounts/email-lock.ts';
import { findInvitation, lockInvitation, lockOpenInvitationTo } from '../../db/accounts/invitations.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { currentState } from '../accounts/account.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { changeInvitation } from './invitation.ts';
import { queueInvitationMail } from './invitation-mail.ts';

/**
 * Mails an invitation again, with a new link and a new end; the former link dies at once. An expired one opens again.
 * Errors: `invitation_not_found`; `invitation_not_open` when accepted or revoked; `email_taken`, `email_invited` when
 * the email has an account or another invitation by now.
 */
export const resendInvitation = defineOperation({
  name: 'invitations/resend',
  allowed: ADMINS,
  effect: 'change',
  input: { invitationId: input.rowId, expectedVersion: input.expectedVersion },
  async run(act, { invitationId, expectedVersion }) {
    const serviceId = act.service.id;
    const seen = await findInvitation(act.tx, serviceId, invitationId);
    if (!seen) throw new DomainError('invitation_not_found');
    await holdEmail(act.tx, serviceId, seen.emailCanonical);
    const invitation = await lockInvitation(act.tx, serviceId, invitationId);
    if (!invitation) throw new DomainError('invitation_not_found');
    const isOpen = invitation.state === 'open' || invitation.state === 'expired';
    // An erased invitation has no email.
    if (
      !isOpen ||
      !invitation.email ||
      (expectedVersion !== undefined && expectedVersion !== invitation.version)
    ) {
      throw new DomainError('invitation_not_open', { current: { state: invitation.state } });
    }
    const account = await findAccountByEmail(act.tx, serviceId, invitation.emailCanonical);
    if (account) throw new DomainError('email_taken', { id: account.id, current: currentState(account) });
    const other = await lockOpenInvitationTo(act.tx, serviceId, invitation.emailCanonical);
    if (other && other.id !== invitationId) throw new DomainError('email_invited', { id: other.id });
    const renewed = await changeInvitation(act, invitation, {
      state: 'open',
      endedAt: null,
      expiresAt: hoursAfter(act.now, act.policy.invitationLifetimeHours),
    });
    await queueInvitationMail(act, renewed);
    act.record({
      target: { kind: 'invitation', id: invitationId },
      before: { state: invitation.state, expiresAt: invitation.expiresAt },
      after: { state: 'open', expiresAt: renewed.expiresAt },
    });
    return { invitationId, email: renewed.email, expiresAt: renewed.expiresAt };
  },
});
