import { findAccount, updateAccount } from '../../db/accounts/accounts.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { holdAccount } from '../accounts/account.ts';
import { endAccess } from '../accounts/end-access.ts';
import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { disconnectAll } from '../identities/proof.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';
import { redeemTicket } from '../tickets/redeem.ts';
import { queuePasswordChanged } from './mails.ts';
import { hashNewPassword } from './new-password.ts';

/**
 * Redeems a reset link: sets the new password, disconnects every provider, and ends every session and every other open link of
 * the account. Mails tell the developer. It does not sign them in.
 * Errors: `ticket_refused`, whatever the cause; `password_unacceptable`.
 * Source: OWASP Forgot Password cheat sheet; safety T2, T8.
 */
export const resetPassword = defineOperation({
  name: 'passwords/reset',
  allowed: DEVELOPERS,
  effect: 'change',
  /** `language`: of the page. Kept unless the account has one. */
  input: { ticket: input.ticket, password: input.password, language: input.language.optional() },
  async prepare(context, { ticket, password }) {
    if (!context.policy.signIn.hasPasswords) throw new DomainError('password_sign_in_off');
    const open = await demandOpenTicket(context, context.db, 'password-reset', ticket);
    if (!open.accountId) throw new DomainError('ticket_refused');
    const account = await findAccount(context.db, context.service.id, open.accountId);
    const current = account?.passwordHash ?? null;
    const passwordHash = await hashNewPassword(context, password, [open.email], current);
    return { open, accountId: open.accountId, passwordHash };
  },
  async run(act, { language }, { open, accountId, passwordHash }) {
    const account = await holdAccount(act, accountId);
    if (account.state !== 'active') throw new DomainError('ticket_refused');
    await redeemTicket(act, open);
    await updateAccount(act, account, {
      passwordHash,
      passwordMustChange: false,
      language: account.language ?? language ?? null,
    });
    await endAccess(act, accountId);
    const disconnected = await disconnectAll(act, account);
    await queuePasswordChanged(act, account);
    act.record({
      target: { kind: 'account', id: accountId },
      after: { password: 'changed', ...disconnected },
    });
    return { email: account.email };
  },
});
