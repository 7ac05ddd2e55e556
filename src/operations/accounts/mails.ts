// Mails about an account: links, the welcome, and news of its security.
import type { Account } from '../../db/accounts/accounts.ts';
import { listIdentities } from '../../db/accounts/identities.ts';
import { findWaitingConfirmation } from '../../db/accounts/tickets.ts';
import type { MailName } from '../../mail/templates/catalog.ts';
import type { MailValue } from '../../mail/templates/value.ts';
import type { Act } from '../frame/context.ts';
import { hoursAfter, issueTicket, queueMailTo, type Recipient } from '../frame/outbox.ts';
import { choiceFor, labelOf } from '../identities/attempt.ts';
import { hasUsablePassword } from './own-account.ts';

/** Whether the account waits for its email to be confirmed, and not only for an operator. */
export const isUnconfirmed = (account: Pick<Account, 'state' | 'emailConfirmedAt'>): boolean =>
  account.state === 'pending' && account.emailConfirmedAt === null;

/** Mails a pending account the link that confirms its email. The link before it dies. Lives `INVITATION_LIFETIME_HOURS` (48). */
export async function queueConfirmationMail(act: Act, account: Recipient): Promise<void> {
  const { id: accountId, email } = account;
  const owner = { accountId };
  const expiresAt = hoursAfter(act.now, act.policy.invitationLifetimeHours);
  const ticket = await issueTicket(act, { purpose: 'email-confirmation', owner, email, expiresAt });
  await queueMailTo(act, account, { template: 'ConfirmSignUpIdentityDefault', ticket });
}

/**
 * Whether a pending account waits for the email that it has. Not while an operator's correction of the email waits: a
 * public form must not be able to kill that link.
 */
export async function waitsForThisAddress(act: Act, account: Account): Promise<boolean> {
  if (!isUnconfirmed(account)) return false;
  const query = { serviceId: act.service.id, accountId: account.id, now: act.now };
  const waiting = await findWaitingConfirmation(act.tx, query);
  return !waiting || waiting.email === account.email;
}

const EXISTING: Partial<Record<Account['state'], MailName>> = {
  blocked: 'LinkWhileBlocked',
  pending: 'LinkWhilePending',
};

/**
 * Tells the owner of an email, most likely the sender of the form, that an account with it exists already: how to sign in,
 * or why that isn't possible now.
 */
export async function queueAccountExistsMail(act: Act, account: Account): Promise<void> {
  const template = (!isUnconfirmed(account) && EXISTING[account.state]) || 'AccountExists';
  const ProviderName = template === 'AccountExists' ? await onlyProvidersOf(act, account) : null;
  await queueMailTo(
    act,
    account,
    ProviderName ? { template: 'SignInReminder', variables: { ProviderName } } : { template },
  );
}

/** The providers that sign in to an account without a password, as a text reads them; null when there are none. */
export async function onlyProvidersOf(act: Act, account: Account): Promise<string | null> {
  if (hasUsablePassword(act, account)) return null;
  const identities = await listIdentities(act.tx, { serviceId: act.service.id, accountId: account.id });
  const labels = new Set(identities.flatMap((one) => choiceFor(act, one)?.label ?? []));
  return labels.size > 0 ? [...labels].join(', ') : null;
}

/** Mails the welcome, with a link to set a password when the account has no way to sign in. */
export async function queueWelcomeMail(act: Act, account: Recipient, needsPassword: boolean): Promise<void> {
  const ticket = needsPassword
    ? await issueTicket(act, {
        purpose: 'password-reset',
        owner: { accountId: account.id },
        email: account.email,
        expiresAt: hoursAfter(act.now, act.policy.invitationLifetimeHours),
      })
    : undefined;
  const of = { serviceId: act.service.id, accountId: account.id };
  const [identity] = needsPassword ? [] : await listIdentities(act.tx, of);
  await queueMailTo(act, account, {
    template: 'NewDeveloperNotificationMessage',
    ticket,
    variables: {
      DevUsername: identity ? labelOf(act, identity) : account.email,
      DevEmail: account.email,
      IdentityProvider: identity?.kind ?? 'Basic',
    },
  });
}

/** People read such a mail late, and the link can only lock an account and mail its owner. */
const SECURITY_LINK_HOURS = 7 * 24;

type Notice =
  | 'PasswordChanged'
  | 'EmailChangeRequested'
  | 'SignInLinkUsed'
  | 'SignInConnected'
  | 'SignInDisconnected'
  | 'KeyRegenerated'
  | 'KeyRotatedInPortal';

/**
 * Tells a developer what was done to their account, with a link that undoes the access of another person. Only the newest
 * such link works. An account that isn't active gets the mail without it: there is no access, or its email isn't proved.
 */
export async function queueSecurityMail(
  act: Act,
  account: Account,
  template: Notice,
  variables: Record<string, MailValue> = {},
): Promise<void> {
  const { id: accountId, email } = account;
  const owner = { accountId };
  const expiresAt = hoursAfter(act.now, SECURITY_LINK_HOURS);
  const ticket =
    account.state === 'active'
      ? await issueTicket(act, { purpose: 'account-security', owner, email, expiresAt })
      : undefined;
  await queueMailTo(act, account, { template, variables, ticket });
}
