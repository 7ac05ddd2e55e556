import type { Act } from '../frame/context.ts';
import { hoursAfter, issueTicket, queueMailTo } from '../frame/outbox.ts';

/** Mails the welcome, with a link to set a password when the account has none. */
export async function queueWelcomeMail(
  act: Act,
  account: { id: string; email: string; firstName: string; lastName: string },
  needsPassword: boolean,
): Promise<void> {
  const ticket = needsPassword
    ? await issueTicket(act, {
        purpose: 'password-reset',
        owner: { accountId: account.id },
        email: account.email,
        expiresAt: hoursAfter(act.now, act.policy.invitationLifetimeHours),
      })
    : undefined;
  await queueMailTo(act, account, {
    template: 'NewDeveloperNotificationMessage',
    ticket,
    variables: { DevUsername: account.email, DevEmail: account.email, IdentityProvider: 'Basic' },
  });
}
