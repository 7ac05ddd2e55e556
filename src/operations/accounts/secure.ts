import { updateAccount } from '../../db/accounts/accounts.ts';
import { deleteIdentitiesOfAccount } from '../../db/accounts/identities.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { queueRepaint } from '../frame/outbox.ts';
import { queueResetMail } from '../passwords/mails.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';
import { redeemTicket } from '../tickets/redeem.ts';
import { holdAccount } from './account.ts';
import { endAccess } from './end-access.ts';

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
    const secured = await updateAccount(act, account, { passwordHash: null, passwordMustChange: false });
    const of = { serviceId: act.service.id, accountId: account.id };
    const disconnected = await deleteIdentitiesOfAccount(act.tx, of);
    await endAccess(act, account.id);
    await queueResetMail(act, secured);
    await queueRepaint(act, account.id);
    act.record({
      target: { kind: 'account', id: account.id },
      after: {
        password: 'removed',
        sessions: 'ended',
        ...(disconnected > 0 ? { disconnected: 'all' } : {}),
      },
      isAnnounced: true,
    });
    return { email: account.email };
  },
});
