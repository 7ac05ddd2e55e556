import { z } from 'zod';
import { findExpiredInvitationTo } from '../../db/accounts/invitations.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { openSealedText } from '../../security/sealed-text.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';

const ANSWERED_FOR_DAYS = 30;

/** Tells the inviter that the person they invited asks for a new link. Issues none itself. */
export const answerInvitationRequest = defineOperation({
  name: 'invitations/answer-request',
  allowed: SYSTEM,
  effect: 'change',
  input: z.strictObject({ sealedEmail: z.string().max(4_000) }),
  async run(act, { sealedEmail }) {
    const serviceId = act.service.id;
    const invitation = await findExpiredInvitationTo(act.tx, {
      serviceId,
      emailCanonical: openSealedText(act.keyring, 'request', sealedEmail),
      since: new Date(act.now.getTime() - ANSWERED_FOR_DAYS * 86_400_000),
      now: act.now,
    });
    if (invitation) {
      const { id: invitationId, invitedBy: operator } = invitation;
      await addJob(act.tx, 'tell-operator', {
        serviceId,
        operator,
        news: 'invitation-asked-again',
        invitationId,
      });
    }
    act.record(invitation ? { target: { kind: 'invitation', id: invitation.id } } : {});
  },
});
