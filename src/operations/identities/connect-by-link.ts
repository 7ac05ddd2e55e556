import { updateAccount } from '../../db/accounts/accounts.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { holdAccount } from '../accounts/account.ts';
import { endAccess } from '../accounts/end-access.ts';
import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { browser, startSession } from '../sessions/session.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';
import { redeemTicket } from '../tickets/redeem.ts';
import { connectIdentity, disconnectAll, sessionBy, takeProof } from './proof.ts';

/**
 * Redeems a link for a new password with a provider instead: it is connected, and signs the developer in. As with a new
 * password, the former one, every other provider, every session and every other open link of the account end, and mails tell
 * the developer.
 * Errors: `ticket_refused`, whatever the cause; `identity_taken`.
 */
export const connectByLink = defineOperation({
  name: 'identities/connect-by-link',
  allowed: DEVELOPERS,
  effect: 'change',
  input: browser.extend({ ticket: input.ticket, browserSecret: input.sessionSecret }),
  async run(act, { ticket, browserSecret, agent, formerSecret }) {
    const open = await demandOpenTicket(act, act.tx, 'password-reset', ticket);
    if (!open.accountId) throw new DomainError('ticket_refused');
    const account = await holdAccount(act, open.accountId);
    if (account.state !== 'active') throw new DomainError('ticket_refused');
    await redeemTicket(act, open);
    const proof = await takeProof(act, browserSecret);
    await updateAccount(act, account, { passwordHash: null, passwordMustChange: false });
    await endAccess(act, account.id);
    const disconnected = await disconnectAll(act, account, proof.identity);
    await connectIdentity(act, account, proof.identity);
    const secret = await startSession(act, account.id, { agent, formerSecret }, sessionBy(proof, true));
    act.record({
      target: { kind: 'account', id: account.id },
      after: { connected: proof.identity.provider, ...disconnected },
    });
    return { secret };
  },
});
