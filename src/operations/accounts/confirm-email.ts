import { type Account, findAccount, findAccountByEmail, updateAccount } from '../../db/accounts/accounts.ts';
import { holdEmail } from '../../db/accounts/email-lock.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { parseEmailAddress } from '../../domain/email-address.ts';
import { type Act, DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { queueMailTo, queueRepaint } from '../frame/outbox.ts';
import { proofOfBrowser } from '../identities/attempt.ts';
import { connectIdentity, isAllowedEmail, type Proof, sessionBy, takeProof } from '../identities/proof.ts';
import { endOpenInvitationTo } from '../invitations/invitation.ts';
import { hashNewPassword } from '../passwords/new-password.ts';
import { entryOf, giveByRule } from '../rules/rule.ts';
import { startSession } from '../sessions/session.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';
import { redeemTicket } from '../tickets/redeem.ts';
import { holdAccount } from './account.ts';
import { endAccess } from './end-access.ts';
import { queueWelcomeMail } from './mails.ts';
import { choosesPassword, isUndecided, queueSignUpCard } from './sign-up-rules.ts';

/**
 * Redeems a confirmation link: its email becomes the account's. A pending account becomes active and is welcomed, unless it
 * is a sign-up that an operator must still approve. By a rule refused now, it waits for one too. A developer who signed up chooses the password here, or with `proof` a
 * provider instead, and is then signed in; no other account takes a `proof`. An
 * active account gets a mail at its former email. Every session and every other open link of the account end.
 * Errors: `ticket_refused`, whatever the cause; `password_unacceptable` for a sign-up.
 */
export const confirmEmail = defineOperation({
  name: 'accounts/confirm-email',
  allowed: DEVELOPERS,
  effect: 'change',
  /** `language`: of the page. Kept unless the account has one. */
  input: {
    ticket: input.ticket,
    password: input.password.optional(),
    proof: proofOfBrowser.optional(),
    language: input.language.optional(),
  },
  async prepare(context, { ticket, password = '', proof }) {
    const open = await demandOpenTicket(context, context.db, 'email-confirmation', ticket);
    const account = open.accountId ? await findAccount(context.db, context.service.id, open.accountId) : null;
    if (!account) throw new DomainError('ticket_refused');
    const words = [open.email, account.firstName, account.lastName];
    const isChosen = !proof && (await choosesPassword(context.db, account));
    if (isChosen && !context.policy.signIn.hasPasswords) throw new DomainError('password_sign_in_off');
    const passwordHash = isChosen ? await hashNewPassword(context, password, words) : null;
    return { open, accountId: account.id, passwordHash };
  },
  async run(act, { proof, language }, { open, accountId, passwordHash }) {
    const email = parseEmailAddress(open.email);
    await holdEmail(act.tx, act.service.id, email.canonical);
    const account = await holdAccount(act, accountId);
    const owner = await findAccountByEmail(act.tx, act.service.id, email.canonical);
    if (owner && owner.id !== account.id) throw new DomainError('ticket_refused');
    // The page offers providers to the same accounts only.
    if (proof && !(await choosesPassword(act.tx, account))) throw new DomainError('ticket_refused');
    await redeemTicket(act, open);
    const proved = proof ? await takeProof(act, proof.browserSecret) : null;

    const isWaiting = account.state === 'pending';
    const setting = isTrusted(act, proved, email.canonical) ? 'open' : act.policy.signUp;
    const awaitsOperator =
      isWaiting && isUndecided(account) && (await entryOf(act, email.canonical, setting)) !== 'open';
    const becomesActive = isWaiting && !awaitsOperator;
    const isChanged = email.spelling !== account.email;
    const confirmed = await updateAccount(act, account, {
      email: email.spelling,
      emailCanonical: email.canonical,
      emailConfirmedAt: act.now,
      language: account.language ?? language ?? null,
      ...(passwordHash ? { passwordHash } : {}),
      ...(becomesActive
        ? {
            state: 'active',
            stateReason: 'email confirmed',
            stateChangedAt: act.now,
            stateChangedBy: act.actorName,
            ...(account.signedUpAt ? { signUpApprovedAt: account.signUpApprovedAt ?? act.now } : {}),
          }
        : {}),
      ...(awaitsOperator ? { stateReason: 'signed up; waiting for an operator to approve' } : {}),
    });
    await endAccess(act, account.id);
    await endOpenInvitationTo(act, email.canonical);
    if (proved) await connectIdentity(act, confirmed, proved.identity, { isNew: isWaiting });
    const given = becomesActive && account.signedUpAt ? await giveByRule(act, confirmed) : {};
    await tellDeveloper(act, account, confirmed, {
      becomesActive,
      isChanged: isChanged && !isWaiting,
      needsPassword: confirmed.passwordHash === null && !proved,
    });
    if (awaitsOperator) await queueSignUpCard(act, confirmed);
    else await queueRepaint(act, account.id);
    act.record({
      target: { kind: 'account', id: account.id },
      before: { state: account.state, email: account.email },
      after: {
        state: confirmed.state,
        email: confirmed.email,
        ...(proved ? { connected: proved.identity.provider } : {}),
        ...given,
      },
      ...(confirmed.email === account.email ? {} : { isAnnounced: true as const }),
    });
    return {
      email: confirmed.email,
      isActive: confirmed.state === 'active',
      awaitsOperator,
      hasPassword: confirmed.passwordHash !== null || proved !== null,
      secret:
        proof && proved && confirmed.state === 'active'
          ? await startSession(act, account.id, proof.session, sessionBy(proved, true))
          : null,
    };
  },
});

/**
 * Whether the settings let in every person that the provider proves, with this email. The provider may say another one, which
 * was never confirmed.
 */
const isTrusted = ({ policy }: Act, proved: Proof | null, confirmed: string): boolean =>
  policy.signIn.providers.some(
    ({ name, signUp, domains }) =>
      name === proved?.identity.provider && signUp === 'open' && isAllowedEmail(domains, confirmed),
  );

async function tellDeveloper(
  act: Act,
  before: Account,
  after: Account,
  what: { becomesActive: boolean; isChanged: boolean; needsPassword: boolean },
): Promise<void> {
  if (what.becomesActive) await queueWelcomeMail(act, after, what.needsPassword);
  // A pending account's former email was never confirmed, so its mailbox may belong to a stranger.
  if (what.isChanged) await queueMailTo(act, { ...after, email: before.email }, { template: 'EmailChanged' });
}
