import { lockInvitation } from '../../db/accounts/invitations.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { changeInvitation } from './invitation.ts';

/**
 * Stores that an invitation has expired; its link was refused from its end on. Does nothing when it was accepted, revoked
 * or sent again meanwhile. Errors: `invitation_not_found`.
 */
export const expireInvitation = defineOperation({
  name: 'invitations/expire',
  allowed: SYSTEM,
  effect: 'change',
  input: { invitationId: input.rowId },
  async run(act, { invitationId }) {
    const invitation = await lockInvitation(act.tx, act.service.id, invitationId);
    if (!invitation) throw new DomainError('invitation_not_found');
    if (invitation.state !== 'open' || invitation.expiresAt > act.now) return act.nothingChanged();
    await changeInvitation(act, invitation, { state: 'expired', endedAt: act.now });
    act.record({
      target: { kind: 'invitation', id: invitationId },
      before: { state: 'open' },
      after: { state: 'expired' },
    });
  },
});
