import { z } from 'zod';
import { type Account, findAccountByEmail, insertAccount } from '../../db/accounts/accounts.ts';
import { holdEmail } from '../../db/accounts/email-lock.ts';
import { lockOpenInvitationTo } from '../../db/accounts/invitations.ts';
import { newId } from '../../db/ids.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type EmailAddress, parseEmailAddress } from '../../domain/email-address.ts';
import { queueWelcomeMail } from '../accounts/mails.ts';
import { queueSignUpCard } from '../accounts/sign-up-rules.ts';
import { type Act, DEVELOPERS, defineOperation, fieldsOf, input } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { queueInvitationMail } from '../invitations/invitation-mail.ts';
import { browser, startSession } from '../sessions/session.ts';
import { demandProvider } from './attempt.ts';
import { connectIdentity, sessionBy, takeProof, verifiedEmailOf } from './proof.ts';

const NAMES = input.withNeededNames({});

/**
 * A developer proved by a provider signs up: the account has the email that the provider vouches for. As the rules of
 * the provider say, it is active at once, or waits for an operator. An open invitation to the email is mailed again instead:
 * it needs no approval, and comes with groups.
 * Errors: `ticket_refused` without a proof; `sign_up_off`; `email_taken`; `identity_taken`; `invalid_input` for names.
 */
export const signUpWithProvider = defineOperation({
  name: 'identities/sign-up',
  allowed: DEVELOPERS,
  effect: 'change',
  input: browser.extend({
    browserSecret: input.sessionSecret,
    firstName: z.string(),
    lastName: z.string(),
    /** Of the page. */
    language: input.language.optional(),
  }),
  async run(act, { browserSecret, agent, formerSecret, language, ...typed }) {
    const names = NAMES.safeParse(typed);
    if (!names.success) throw new DomainError('invalid_input', { fields: fieldsOf(names.error) });
    const proof = await takeProof(act, browserSecret);
    const verified = verifiedEmailOf(proof.identity);
    if (proof.purpose.kind !== 'sign-in' || !verified) throw new DomainError('ticket_refused');
    const { choice } = demandProvider(act, proof.identity.provider);
    if (choice.signUp === 'off') throw new DomainError('sign_up_off');
    const email = parseEmailAddress(verified);
    await holdEmail(act.tx, act.service.id, email.canonical);
    const invitation = await lockOpenInvitationTo(act.tx, act.service.id, email.canonical);
    if (invitation && invitation.expiresAt > act.now) {
      await queueInvitationMail(act, invitation);
      act.record({ target: { kind: 'invitation', id: invitation.id } });
      return { kind: 'invited' as const, email: email.spelling };
    }
    const taken = await findAccountByEmail(act.tx, act.service.id, email.canonical);
    if (taken) throw new DomainError('email_taken', { accountId: taken.id });
    const isOpen = choice.signUp === 'open';
    const account = await insertSignUp(act, { email, ...names.data, language: language ?? null, isOpen });
    await connectIdentity(act, account, proof.identity, { isNew: true });
    act.record({
      target: { kind: 'account', id: account.id },
      after: { state: account.state, provider: proof.identity.provider },
    });
    if (!isOpen) {
      await queueSignUpCard(act, account);
      return { kind: 'pending' as const, email: account.email };
    }
    await queueWelcomeMail(act, account, false);
    await queueRepaint(act, account.id);
    const secret = await startSession(act, account.id, { agent, formerSecret }, sessionBy(proof, false));
    return { kind: 'signed-in' as const, secret };
  },
});

async function insertSignUp(
  act: Act,
  {
    email,
    isOpen,
    ...names
  }: { email: EmailAddress; firstName: string; lastName: string; language: string | null; isOpen: boolean },
): Promise<Account> {
  const account = await insertAccount(act.tx, {
    serviceId: act.service.id,
    id: newId(act.now, act.random),
    email: email.spelling,
    emailCanonical: email.canonical,
    ...names,
    state: isOpen ? 'active' : 'pending',
    stateReason: isOpen ? 'signed up' : 'signed up; waiting for an operator to approve',
    stateChangedAt: act.now,
    stateChangedBy: act.actorName,
    emailConfirmedAt: act.now,
    signedUpAt: act.now,
    ...(isOpen ? { signUpApprovedAt: act.now } : {}),
    registeredAt: act.now,
    updatedAt: act.now,
  });
  if (!account) throw new Error('an address that was held is taken');
  return account;
}
