import type { Account } from '../../db/accounts/accounts.ts';
import type { Act } from '../frame/context.ts';
import { issueTicket, minutesAfter, queueMail } from '../frame/outbox.ts';

/**
 * Mails a one-time link to set a new password; a former one dies. Lives `PASSWORD_RESET_LIFETIME_MINUTES` (60), from when
 * the mail may leave.
 */
export async function queueResetMail(act: Act, account: Account): Promise<string> {
  const owner = { accountId: account.id };
  const leavesAt = act.mailNotBefore && act.mailNotBefore > act.now ? act.mailNotBefore : act.now;
  const ticket = await issueTicket(act, {
    purpose: 'password-reset',
    owner,
    email: account.email,
    expiresAt: minutesAfter(leavesAt, act.policy.passwordResetLifetimeMinutes),
  });
  return queueMail(act, {
    template: 'PasswordResetIdentityDefault',
    to: account.email,
    firstName: account.firstName,
    lastName: account.lastName,
    owner,
    ticket,
  });
}
