import { listSessions } from '../../db/accounts/sessions.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { holdAccount } from '../accounts/account.ts';
import { queueSecurityMail } from '../accounts/mails.ts';
import { DEVELOPERS, defineOperation, input } from '../frame/operation.ts';
import { demandOpenTicket } from '../tickets/open-ticket.ts';
import { redeemTicket } from '../tickets/redeem.ts';
import { browser, startSession } from './session.ts';

/**
 * Signs in a developer by a link that a program made: a new session, whose secret only the result holds. `formerSecret` is
 * that of the browser's former session, which ends. A mail tells the developer, unless they are signed in with such a browser.
 * Errors: `ticket_refused`, whatever the cause. Source: Azure, User_GenerateSsoUrl; safety T1, T9.
 */
export const redeemSignInLink = defineOperation({
  name: 'sessions/redeem-link',
  allowed: DEVELOPERS,
  effect: 'change',
  input: browser.extend({ ticket: input.ticket }),
  async run(act, { ticket, ...session }) {
    const open = await demandOpenTicket(act, act.tx, 'sign-in', ticket);
    if (!open.accountId) throw new DomainError('ticket_refused');
    const account = await holdAccount(act, open.accountId);
    if (account.state !== 'active') throw new DomainError('ticket_refused');
    await redeemTicket(act, open);
    const of = { serviceId: act.service.id, accountId: account.id, now: act.now };
    const isKnownBrowser = (await listSessions(act.tx, of)).some(({ agent }) => agent === session.agent);
    if (!isKnownBrowser) await queueSecurityMail(act, account, 'SignInLinkUsed');
    const secret = await startSession(act, account.id, session, { isProved: false });
    act.record({ target: { kind: 'account', id: account.id } });
    return { secret };
  },
});
