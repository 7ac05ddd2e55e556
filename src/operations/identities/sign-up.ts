import { z } from 'zod';
import { type Account, findAccountByEmail, insertAccount } from '../../db/accounts/accounts.ts';
import { holdEmail } from '../../db/accounts/email-lock.ts';
import { lockOpenInvitationTo } from '../../db/accounts/invitations.ts';
import { findNewestTicket, markTicketUsed } from '../../db/accounts/tickets.ts';
import { newId } from '../../db/ids.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type EmailAddress, parseEmailAddress } from '../../domain/email-address.ts';
import { queueWelcomeMail } from '../accounts/mails.ts';
import { queueSignUpCard } from '../accounts/sign-up-rules.ts';
import { type Act, DEVELOPERS, defineOperation, fieldsOf, input } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { admitInvited, type Person } from '../invitations/admit.ts';
import { entryOf, giveByRule } from '../rules/rule.ts';
import { browser, startSession } from '../sessions/session.ts';
import { demandProvider } from './attempt.ts';
import { connectIdentity, sessionBy, takeProof, verifiedEmailOf } from './proof.ts';

const NAMES = input.withNeededNames({});

/**
 * A developer proved by a provider signs up: the account has the email that the provider vouches for. As the rules for
 * its domain and the settings of the provider say, it is active at once, or waits for an operator. An open invitation to the email is accepted, as by its
 * link, whatever those rules say: it needs no approval, and comes with groups.
 * Errors: `ticket_refused` without a proof; `sign_up_off`, also when a rule refuses the domain; `email_taken`; `identity_taken`; `invalid_input` for names.
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
    const email = parseEmailAddress(verified);
    await holdEmail(act.tx, act.service.id, email.canonical);
    const taken = await findAccountByEmail(act.tx, act.service.id, email.canonical);
    if (taken) throw new DomainError('email_taken', { accountId: taken.id });
    const person = { ...names.data, language: language ?? null };
    const invited = await acceptInvited(act, email.canonical, person);
    const entry = await entryOf(act, email.canonical, choice.signUp);
    if (!invited && (choice.signUp === 'off' || entry === 'refused')) throw new DomainError('sign_up_off');
    const account = invited ?? (await insertSignUp(act, { email, ...person, isOpen: entry === 'open' }));
    await connectIdentity(act, account, proof.identity, { isNew: true });
    if (!invited)
      act.record({
        target: { kind: 'account', id: account.id },
        after: {
          state: account.state,
          provider: proof.identity.provider,
          ...(account.state === 'active' ? await giveByRule(act, account) : {}),
        },
      });
    if (account.state === 'pending') {
      await queueSignUpCard(act, account);
      return { kind: 'pending' as const, email: account.email };
    }
    await queueWelcomeMail(act, account, false);
    await queueRepaint(act, account.id);
    const secret = await startSession(act, account.id, { agent, formerSecret }, sessionBy(proof, false));
    return { kind: 'signed-in' as const, secret };
  },
});

/** Null without an open invitation to the email. Its link is used up, unless it ended before. */
async function acceptInvited(
  act: Act,
  emailCanonical: string,
  person: Omit<Person, 'passwordHash'>,
): Promise<Account | null> {
  const invitation = await lockOpenInvitationTo(act.tx, act.service.id, emailCanonical);
  if (!invitation || invitation.expiresAt <= act.now) return null;
  const key = { serviceId: act.service.id, purpose: 'invitation' as const, invitationId: invitation.id };
  const ticket = await findNewestTicket(act.tx, key);
  if (ticket) await markTicketUsed(act.tx, { ...ticket, now: act.now });
  return admitInvited(act, invitation, { ...person, passwordHash: null });
}

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
