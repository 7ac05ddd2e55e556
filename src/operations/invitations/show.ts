import { findInvitation } from '../../db/accounts/invitations.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, input } from '../frame/operation.ts';

/** One invitation, for a message about it. Errors: `invitation_not_found`. */
export const showInvitation = defineOperation({
  name: 'invitations/show',
  allowed: ['admin', 'system'],
  effect: 'read',
  input: { invitationId: input.rowId },
  async run(act, { invitationId }) {
    const invitation = await findInvitation(act.tx, act.service.id, invitationId);
    if (!invitation) throw new DomainError('invitation_not_found');
    const { serviceId: _s, emailCanonical: _e, ...view } = invitation;
    return view;
  },
});
