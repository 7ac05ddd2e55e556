import { lockInvitation } from '../../db/accounts/invitations.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { eraseInvitationData, isDueForErasure } from '../accounts/personal-data.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { changeInvitation } from './invitation.ts';

/**
 * Erases the personal data of an invitation that ended without an account, `ERASE_DELETED_AFTER_DAYS` after its end.
 * Does nothing when it was sent again meanwhile. Errors: `invitation_not_found`.
 */
export const eraseInvitation = defineOperation({
  name: 'invitations/erase',
  allowed: SYSTEM,
  effect: 'change',
  input: { invitationId: input.rowId },
  async run(act, { invitationId }) {
    const invitation = await lockInvitation(act.tx, act.service.id, invitationId);
    if (!invitation) throw new DomainError('invitation_not_found');
    const { state, endedAt, email } = invitation;
    const isOver = (state === 'revoked' || state === 'expired') && endedAt !== null;
    if (!isOver || email === '' || !isDueForErasure(act, endedAt)) return act.nothingChanged();
    await changeInvitation(act, invitation, {
      email: '',
      emailCanonical: '',
      firstName: '',
      lastName: '',
      personalLine: '',
    });
    await eraseInvitationData(act, invitationId);
    act.record({ target: { kind: 'invitation', id: invitationId } });
  },
});
