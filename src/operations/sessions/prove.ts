import { noteProof } from '../../db/accounts/sessions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { holdAccount } from '../accounts/account.ts';
import { ACCOUNTS, defineOperation, input } from '../frame/operation.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';
import { redeemTicket } from '../tickets/redeem.ts';
import { signedInAs } from './session.ts';

/**
 * A developer proves who they are by a link mailed to their account. It counts for the session in which they open it: an open
 * session elsewhere, whose holder may have asked for the mail, gains nothing.
 * Errors: `ticket_refused`, whatever the cause.
 */
export const proveByLink = defineOperation({
  name: 'sessions/prove',
  allowed: ACCOUNTS,
  effect: 'change',
  input: { ticket: input.ticket },
  async run(act, { ticket }) {
    const { accountId, sessionId: id } = signedInAs(act);
    const account = await holdAccount(act, accountId);
    const open = await demandOpenTicket(act, act.tx, 'session-proof', ticket);
    if (open.accountId !== account.id) throw new DomainError('ticket_refused');
    await redeemTicket(act, open);
    await noteProof(act.tx, { serviceId: act.service.id, accountId, id, provedAt: act.now });
    act.record({ target: { kind: 'account', id: accountId } });
  },
});
