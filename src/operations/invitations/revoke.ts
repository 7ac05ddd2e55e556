import { lockInvitation } from '../../db/accounts/invitations.ts';
import { voidTickets } from '../../db/accounts/tickets.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { changeInvitation } from './invitation.ts';

/**
 * Revokes an invitation: its link dies at once, and a mail that has not left is not sent.
 * Errors: `invitation_not_found`, `invitation_not_open`.
 */
export const revokeInvitation = defineOperation({
  name: 'invitations/revoke',
  allowed: ADMINS,
  effect: 'change',
  input: { invitationId: input.rowId, expectedVersion: input.expectedVersion },
  async run(act, { invitationId, expectedVersion }) {
    const invitation = await lockInvitation(act.tx, act.service.id, invitationId);
    if (!invitation) throw new DomainError('invitation_not_found');
    if (
      invitation.state !== 'open' ||
      (expectedVersion !== undefined && expectedVersion !== invitation.version)
    ) {
      throw new DomainError('invitation_not_open', { current: { state: invitation.state } });
    }
    await changeInvitation(act, invitation, { state: 'revoked', endedAt: act.now });
    await voidTickets(act.tx, { serviceId: act.service.id, invitationId, now: act.now });
    act.record({
      target: { kind: 'invitation', id: invitationId },
      before: { state: invitation.state },
      after: { state: 'revoked' },
    });
    return { invitationId, email: invitation.email };
  },
});
