import { z } from 'zod';
import { addJob } from '../../db/outbox/jobs.ts';
import { DomainError, type FieldFaults, faultsOf } from '../../domain/domain-error.ts';
import { canonicalEmail, parseEmailAddress } from '../../domain/email-address.ts';
import type { Text } from '../../languages/languages.ts';
import { sealText } from '../../security/sealed-text.ts';
import { type Act, DEVELOPERS, defineOperation, fieldsOf, input } from '../frame/operation.ts';
import { findProof, isAllowedEmail } from '../identities/proof.ts';
import { entryOf } from '../rules/rule.ts';

const NAMES = input.withNeededNames({});

/**
 * A developer signs up. The work is the same for every email, known or not: a job decides later, and only the mailbox gets
 * the answer. The password is chosen behind the mailed link, so a stranger who signs up with this email leaves nothing in
 * the account that its owner confirms.
 * Errors: `sign_up_off`; `invalid_input` with everything that is wrong with names and email, also when a rule refuses its domain.
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
    /** Of a person proved by a provider that doesn't vouch for the email. Its rules hold instead of `SIGN_UP`. */
    browserSecret: input.sessionSecret.optional(),
  },
  async run(act, { email, language, browserSecret, ...typed }) {
    const { domains, setting } = await demandSignUp(act, browserSecret);
    const names = NAMES.safeParse(typed);
    const errors: Record<string, FieldFaults[string]> = {
      ...faultsOf(() => parseEmailAddress(email)),
      ...(names.success ? {} : fieldsOf(names.error)),
    };
    if (!isAllowedEmail(domains, email)) errors.email ??= 'This email can’t be used here.';
    const canonical = canonicalEmail(email);
    // Said at once, for every email of the domain alike, so it tells nothing of accounts.
    if (canonical && (await entryOf(act, canonical, setting)) === 'refused') errors.email ??= REFUSED;
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

const REFUSED: Text = 'You can’t sign up with this email. Use your email at work, or write to us.';

/** The domains of emails that may sign up, empty for all; and what the settings say. Errors: `sign_up_off`. */
async function demandSignUp(act: Act, browserSecret: string | undefined) {
  const proof = browserSecret === undefined ? null : await findProof(act, browserSecret);
  const choice = act.policy.signIn.providers.find(({ name }) => name === proof?.identity.provider);
  const setting = (choice ?? act.policy).signUp;
  if (setting === 'off') throw new DomainError('sign_up_off');
  return { domains: choice?.domains ?? [], setting };
}

/** Waits, sealed, for the job. */
export type SignUpData = { email: string; firstName: string; lastName: string; language?: string };
