import { z } from 'zod';
import { addJob } from '../../db/outbox/jobs.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { sealText } from '../../security/sealed-text.ts';
import * as input from '../frame/input.ts';
import { DEVELOPERS, defineOperation, fieldsOf } from '../frame/operation.ts';

const NAMES = z.object({ firstName: input.personName, lastName: input.personName });

/**
 * Somebody wants an account. The same work for every address, known or not: what becomes of it is decided later, by a job,
 * and only the mailbox hears of it. The password is chosen behind the mailed link: whoever signs up with another's address
 * leaves nothing in the account that its owner confirms.
 * Errors: `sign_up_off`; `invalid_input` with what is wrong with names and address, all at once.
 * Source: OWASP Authentication cheat sheet (account creation); safety T13.
 */
export const signUp = defineOperation({
  name: 'accounts/sign-up',
  allowed: DEVELOPERS,
  effect: 'change',
  input: z.strictObject({ email: input.email, firstName: z.string(), lastName: z.string() }),
  async run(act, { email, ...typed }) {
    if (act.policy.signUp === 'off') throw new DomainError('sign_up_off');
    const names = NAMES.safeParse(typed);
    const faults = { ...addressFaults(email), ...(names.success ? {} : fieldsOf(names.error)) };
    if (!names.success || Object.keys(faults).length > 0)
      throw new DomainError('invalid_input', { fields: faults });
    const wish: SignUpWish = { email: parseEmailAddress(email).spelling, ...names.data };
    const sealedWish = sealText(act.keyring, 'sign-up', JSON.stringify(wish), act.random);
    await addJob(act.tx, 'answer-sign-up', { serviceId: act.service.id, sealedWish });
    act.record({});
  },
});

/** What waits, sealed, until the job looks at it. */
export type SignUpWish = { email: string; firstName: string; lastName: string };

function addressFaults(email: string): Record<string, string> {
  try {
    parseEmailAddress(email);
    return {};
  } catch (error) {
    if (error instanceof DomainError) return error.detail.fields ?? {};
    throw error;
  }
}
