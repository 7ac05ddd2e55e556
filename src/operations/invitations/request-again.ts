import { addJob } from '../../db/outbox/jobs.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { sealText } from '../../security/sealed-text.ts';
import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';

/**
 * A person with a dead invitation link asks for a new one. The answer is the same for every email: a job looks the
 * invitation up later, and only its inviter gets a message. Errors: `email_invalid`.
 */
export const requestInvitationAgain = defineOperation({
  name: 'invitations/request-again',
  allowed: DEVELOPERS,
  effect: 'change',
  input: { email: input.email },
  async run(act, { email }) {
    const { canonical } = parseEmailAddress(email);
    const sealedEmail = sealText(act.keyring, 'request', canonical, act.random);
    await addJob(act.tx, 'answer-public-request', {
      serviceId: act.service.id,
      kind: 'invitation',
      sealedEmail,
    });
    act.record({});
  },
});
