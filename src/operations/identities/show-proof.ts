import { findAccount, findAccountByEmail } from '../../db/accounts/accounts.ts';
import { findNewestInvitationTo } from '../../db/accounts/invitations.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { canonicalEmail } from '../../domain/email-address.ts';
import { choosesPassword } from '../accounts/sign-up-rules.ts';
import { type Act, DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { openInvitation } from '../invitations/open.ts';
import { entryOf } from '../rules/rule.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';
import { labelOf } from './attempt.ts';
import { findProof, type Proof, verifiedEmailOf } from './proof.ts';

/**
 * `sign-up`: makes an account. `invited`: an invitation to the email is open. `by-mail`: the provider doesn't vouch for the email, so a mail must. `claim`: an account has
 * the email, and its owner proves it. `unknown`: there is no way in. The others are what the attempt was for.
 */
type ProofStep =
  | 'sign-up'
  | 'invited'
  | 'by-mail'
  | 'claim'
  | 'unknown'
  | 'connect'
  | 'invitation'
  | 'email-confirmation'
  | 'password-reset';

/** What the page asks a person after the provider's answer. Null without one, also when what it was for has ended. */
export const showProof = defineOperation({
  name: 'identities/show-proof',
  allowed: DEVELOPERS,
  effect: 'read',
  input: { browserSecret: input.sessionSecret },
  async run(act, { browserSecret }) {
    const proof = await findProof(act, browserSecret);
    if (!proof) return null;
    const { identity } = proof;
    const { provider, shownName, firstName, lastName } = identity;
    const of = {
      provider,
      label: labelOf(act, identity),
      shownName,
      email: identity.email ?? '',
      firstName,
      lastName,
      canUsePassword: false,
      needsApproval: false,
      ticket: null as string | null,
      accountId: null as string | null,
    };
    const { purpose } = proof;
    if (purpose.kind === 'ticket') return showForTicket(act, purpose.claim, of);
    if (purpose.kind !== 'sign-in')
      return { ...of, step: 'connect' as ProofStep, accountId: purpose.accountId };
    return { ...of, ...(await stepOf(act, proof)) };
  },
});

type Step = {
  step: ProofStep;
  canUsePassword?: boolean;
  needsApproval?: boolean;
  firstName?: string;
  lastName?: string;
};

async function stepOf(act: Act, { identity }: Proof): Promise<Step> {
  const choice = act.policy.signIn.providers.find(({ name }) => name === identity.provider);
  const verified = verifiedEmailOf(identity);
  const canonical = verified && canonicalEmail(verified);
  const account = canonical ? await findAccountByEmail(act.tx, act.service.id, canonical) : null;
  if (account)
    return { step: 'claim', canUsePassword: act.policy.signIn.hasPasswords && account.passwordHash !== null };
  const invitation = canonical
    ? await findNewestInvitationTo(act.tx, { serviceId: act.service.id, emailCanonical: canonical })
    : null;
  if (invitation?.state === 'open' && invitation.expiresAt > act.now) {
    const { firstName, lastName } = invitation;
    return { step: 'invited', ...(firstName || lastName ? { firstName, lastName } : {}) };
  }
  if (choice === undefined || choice.signUp === 'off') return { step: 'unknown' };
  if (!canonical) return { step: 'by-mail' };
  const entry = await entryOf(act, canonical, choice.signUp);
  return entry === 'refused' ? { step: 'unknown' } : { step: 'sign-up', needsApproval: entry === 'approval' };
}

type Claim = Extract<Proof['purpose'], { kind: 'ticket' }>['claim'];
type Of = { email: string; firstName: string; lastName: string };

/** The account's email is the one that the link was mailed to, whatever the provider says. */
async function showForTicket<Given extends Of>(act: Act, { of, ticket }: Claim, given: Given) {
  try {
    if (of === 'invitation') {
      const invited = await openInvitation(act, { ticket });
      const names = invited.firstName || invited.lastName ? invited : given;
      return {
        ...given,
        step: of as ProofStep,
        ticket,
        email: invited.email,
        firstName: names.firstName,
        lastName: names.lastName,
      };
    }
    const { email, accountId } = await demandOpenTicket(act, act.tx, of, ticket);
    const account = accountId ? await findAccount(act.tx, act.service.id, accountId) : null;
    const isOffered = account && (of === 'password-reset' || (await choosesPassword(act.tx, account)));
    return isOffered ? { ...given, step: of as ProofStep, ticket, email } : null;
  } catch (error) {
    if (error instanceof DomainError && error.code === 'ticket_refused') return null;
    throw error;
  }
}
