import { z } from 'zod';
import { type Account, findAccountByEmail, lockAccount } from '../../db/accounts/accounts.ts';
import { holdEmail } from '../../db/accounts/email-lock.ts';
import {
  findNewestInvitationTo,
  type Invitation,
  lockOpenInvitationTo,
} from '../../db/accounts/invitations.ts';
import { findNewestTicket } from '../../db/accounts/tickets.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { openSealedText } from '../../security/sealed-text.ts';
import {
  isUnconfirmed,
  queueAccountExistsMail,
  queueConfirmationMail,
  waitsForThisAddress,
} from '../accounts/mails.ts';
import { type Act, defineOperation, SYSTEM } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { queueInvitationMail, queueInvitationOfAccount } from '../invitations/invitation-mail.ts';
import { queueResetMail } from '../passwords/mails.ts';

const INVITER_TOLD_FOR_DAYS = 30;

/**
 * Answers a person who asked for a link, whatever form they used, with what their email needs now: the open invitation
 * again; the link that confirms a pending account; for an active account a link to set a password, or, when they asked for
 * an invitation, how to sign in; for a blocked account, or one that waits for an operator, that it is so. The inviter of an
 * invitation that ended hears of it. Any other email gets no mail.
 */
export const answerLinkRequest = defineOperation({
  name: 'tickets/answer-request',
  allowed: SYSTEM,
  effect: 'change',
  input: {
    kind: z.enum(['password-reset', 'invitation']),
    sealedEmail: z.string().max(4_000),
  },
  async run(act, { kind, sealedEmail }) {
    const serviceId = act.service.id;
    const emailCanonical = openSealedText(act.keyring, 'request', sealedEmail);
    await holdEmail(act.tx, serviceId, emailCanonical);
    const found = await findAccountByEmail(act.tx, serviceId, emailCanonical);
    const account = found ? await lockAccount(act.tx, serviceId, found.id) : null;
    if (account?.emailCanonical === emailCanonical) {
      const isMailed = await mailAccount(act, account, kind);
      return void act.record(isMailed ? { target: { kind: 'account', id: account.id } } : {});
    }
    const invitation = await answerInvited(act, emailCanonical);
    act.record(invitation ? { target: { kind: 'invitation', id: invitation.id } } : {});
  },
});

async function mailAccount(
  act: Act,
  account: Account,
  kind: 'password-reset' | 'invitation',
): Promise<boolean> {
  if (account.state === 'active' && kind === 'password-reset') await queueResetMail(act, account);
  else if (await waitsForThisAddress(act, account)) await mailFirstLink(act, account);
  // An operator corrected this email, and the other one waits to be confirmed.
  else if (isUnconfirmed(account)) return false;
  else await queueAccountExistsMail(act, account);
  return true;
}

async function mailFirstLink(act: Act, account: Account): Promise<void> {
  const { serviceId, id: accountId } = account;
  const wasInvited = await findNewestTicket(act.tx, { serviceId, accountId, purpose: 'invitation' });
  await (wasInvited ? queueInvitationOfAccount(act, account) : queueConfirmationMail(act, account));
}

async function answerInvited(act: Act, emailCanonical: string): Promise<Invitation | null> {
  const serviceId = act.service.id;
  const open = await lockOpenInvitationTo(act.tx, serviceId, emailCanonical);
  if (open && open.expiresAt > act.now) {
    await queueInvitationMail(act, open);
    return open;
  }
  const ended = await findNewestInvitationTo(act.tx, { serviceId, emailCanonical });
  const isRecent = ended && ended.expiresAt > hoursAfter(act.now, -INVITER_TOLD_FOR_DAYS * 24);
  if (!isRecent || ended.state === 'accepted') return null;
  const { id: invitationId, invitedBy: operator } = ended;
  await addJob(act.tx, 'tell-operator', {
    serviceId,
    operator,
    news: 'invitation-asked-again',
    invitationId,
  });
  return ended;
}
