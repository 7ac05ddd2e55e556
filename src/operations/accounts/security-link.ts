// The link "This wasn't me" in mails about a developer's own security.
import type { Account } from '../../db/accounts/accounts.ts';
import type { Act } from '../frame/context.ts';
import { hoursAfter, issueTicket, queueMailTo } from '../frame/outbox.ts';

/** People read such a mail late, and the link can only lock an account and mail its owner. */
const LIFETIME_HOURS = 7 * 24;

type Notice = 'PasswordChanged' | 'EmailChangeRequested' | 'SignInLinkUsed' | 'KeyRegenerated';

/**
 * Tells a developer what was done to their account, with a link that undoes the access of another person. Only the newest
 * such link works. An account that isn't active gets the mail without it: there is no access, or its email isn't proved.
 */
export async function queueSecurityMail(
  act: Act,
  account: Account,
  template: Notice,
  variables: Record<string, string> = {},
): Promise<void> {
  const { id: accountId, email } = account;
  const owner = { accountId };
  const expiresAt = hoursAfter(act.now, LIFETIME_HOURS);
  const ticket =
    account.state === 'active'
      ? await issueTicket(act, { purpose: 'account-security', owner, email, expiresAt })
      : undefined;
  await queueMailTo(act, account, { template, variables, ticket });
}
