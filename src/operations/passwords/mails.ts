// The mails about a password.
import type { Account } from '../../db/accounts/accounts.ts';
import { onlyProvidersOf, queueSecurityMail } from '../accounts/mails.ts';
import type { Act } from '../frame/context.ts';
import { issueTicket, minutesAfter, queueMailTo, queueRepaint } from '../frame/outbox.ts';

/**
 * Mails a one-time link to set a new password, or where there are none to choose a provider; a former one dies. The link works for `PASSWORD_RESET_LIFETIME_MINUTES`
 * (60) from the moment the mail may leave. Returns the id of the mail.
 */
export async function queueResetMail(act: Act, account: Account): Promise<string> {
  const owner = { accountId: account.id };
  const leavesAt = act.mailNotBefore && act.mailNotBefore > act.now ? act.mailNotBefore : act.now;
  const expiresAt = minutesAfter(leavesAt, act.policy.passwordResetLifetimeMinutes);
  const ticket = await issueTicket(act, {
    purpose: 'password-reset',
    owner,
    email: account.email,
    expiresAt,
  });
  const ProviderName = await onlyProvidersOf(act, account);
  if (ProviderName)
    return queueMailTo(act, account, { template: 'SignInReminder', ticket, variables: { ProviderName } });
  const template = act.policy.signIn.hasPasswords ? 'PasswordResetIdentityDefault' : 'SignInChoice';
  return queueMailTo(act, account, { template, ticket });
}

/** Tells the developer that their password changed, in case another person did it. */
export async function queuePasswordChanged(act: Act, account: Account): Promise<void> {
  await queueSecurityMail(act, account, 'PasswordChanged');
  await queueRepaint(act, account.id);
}
