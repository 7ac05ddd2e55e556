import { DomainError } from '../../domain/domain-error.ts';
import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { queueResetMail } from '../passwords/mails.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';
import { redeemTicket } from '../tickets/redeem.ts';
import { holdAccount } from './account.ts';
import { removeWaysIn } from './end-access.ts';

/**
 * A developer says by a mailed link that a change wasn't theirs. Every session and open link ends, a new email that waits
 * too; the password and every connected sign-in stop working, because they may be the other person's; and a link to set a new one is mailed. Operators
 * read of it. Keys work as before: the developer replaces those that may be known.
 * Errors: `ticket_refused`, whatever the cause.
 */
export const secureAccount = defineOperation({
  name: 'accounts/secure',
  allowed: DEVELOPERS,
  effect: 'change',
  input: { ticket: input.ticket },
  async run(act, { ticket }) {
    const open = await demandOpenTicket(act, act.tx, 'account-security', ticket);
    if (!open.accountId) throw new DomainError('ticket_refused');
    const account = await holdAccount(act, open.accountId);
    if (account.state !== 'active') throw new DomainError('ticket_refused');
    await redeemTicket(act, open);
    const secured = await removeWaysIn(act, account);
    await queueResetMail(act, secured.account);
    act.record({
      target: { kind: 'account', id: account.id },
      after: secured.after,
      isAnnounced: true,
    });
    return { email: account.email };
  },
});
