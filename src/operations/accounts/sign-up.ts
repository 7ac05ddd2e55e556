import { z } from 'zod';
import { addJob } from '../../db/outbox/jobs.ts';
import { DomainError, faultsOf } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { sealText } from '../../security/sealed-text.ts';
import { DEVELOPERS, defineOperation, fieldsOf, input } from '../frame/operation.ts';

const NAMES = input.withNeededNames({});

/**
 * A developer signs up. The work is the same for every email, known or not: a job decides later, and only the mailbox gets
 * the answer. The password is chosen behind the mailed link, so a stranger who signs up with this email leaves nothing in
 * the account that its owner confirms.
 * Errors: `sign_up_off`; `invalid_input` with everything that is wrong with names and email.
 * Source: OWASP Authentication cheat sheet (account creation); safety T13.
 */
export const signUp = defineOperation({
  name: 'accounts/sign-up',
  allowed: DEVELOPERS,
  effect: 'change',
  input: {
    email: input.email,
    firstName: z.string(),
    lastName: z.string(),
    /** Of the page. */
    language: input.language.optional(),
  },
  async run(act, { email, language, ...typed }) {
    if (act.policy.signUp === 'off') throw new DomainError('sign_up_off');
    const names = NAMES.safeParse(typed);
    const errors = {
      ...faultsOf(() => parseEmailAddress(email)),
      ...(names.success ? {} : fieldsOf(names.error)),
    };
    if (!names.success || Object.keys(errors).length > 0)
      throw new DomainError('invalid_input', { fields: errors });
    const signUpData: SignUpData = {
      email: parseEmailAddress(email).spelling,
      ...names.data,
      ...(language ? { language } : {}),
    };
    const sealedSignUp = sealText(act.keyring, 'sign-up', JSON.stringify(signUpData), act.random);
    await addJob(act.tx, 'answer-sign-up', { serviceId: act.service.id, sealedSignUp });
    act.record({});
  },
});

/** Waits, sealed, for the job. */
export type SignUpData = { email: string; firstName: string; lastName: string; language?: string };
