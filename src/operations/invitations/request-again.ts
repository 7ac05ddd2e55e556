import { z } from 'zod';
import { addJob } from '../../db/outbox/jobs.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { sealText } from '../../security/sealed-text.ts';
import * as input from '../frame/input.ts';
import { DEVELOPERS, defineOperation } from '../frame/operation.ts';

/**
 * Somebody with a dead invitation link asks for another. Answers alike for every address: who has it is looked up
 * later, by a job, and nothing but a message to whoever invited follows. Errors: `email_invalid`.
 */
export const requestInvitationAgain = defineOperation({
  name: 'invitations/request-again',
  allowed: DEVELOPERS,
  effect: 'change',
  input: z.strictObject({ email: input.email }),
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
