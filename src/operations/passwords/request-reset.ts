import { addJob } from '../../db/outbox/jobs.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { sealText } from '../../security/sealed-text.ts';
import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';

/**
 * A developer asks for a link to set a new password. The work is the same for every email, so that its time doesn't tell
 * whether an account has it: a job looks that up later. Errors: `email_invalid`.
 * Source: OWASP Forgot Password cheat sheet; safety T13.
 */
export const requestPasswordReset = defineOperation({
  name: 'passwords/request-reset',
  allowed: DEVELOPERS,
  effect: 'change',
  input: { email: input.email },
  async run(act, { email }) {
    const { canonical } = parseEmailAddress(email);
    const sealedEmail = sealText(act.keyring, 'request', canonical, act.random);
    await addJob(act.tx, 'answer-public-request', {
      serviceId: act.service.id,
      kind: 'password-reset',
      sealedEmail,
    });
    act.record({});
  },
});
