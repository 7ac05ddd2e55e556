import { findInvitation } from '../../db/accounts/invitations.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { type Mail, updateMail } from '../../db/outbox/mails.ts';
import type { Act } from '../frame/context.ts';
import { queueRepaint } from '../frame/outbox.ts';

/** The code of a mail that was called off. Once it is accepted, it says that this came too late. */
export const CALLED_OFF = 'called_off';

type MailEnd = 'delivered' | 'bounced' | 'complained' | 'failed' | 'unknown' | 'cancelled';

/**
 * Stores how a mail ended, with `code` for why, and empties its sealed parts. The inviter hears of an invitation that did
 * not arrive; every other mail shows on the account's card.
 */
export async function endMail(act: Act, mail: Mail, state: MailEnd, code?: string): Promise<void> {
  const end = { state, sealedOrder: null, sealedMessage: null, leasedUntil: null };
  await updateMail(act, mail, { ...end, ...(code ? { lastCode: code } : {}) });
  if (mail.accountId) await queueRepaint(act, mail.accountId);
  const news = state === 'bounced' ? 'invitation-bounced' : isUnsent(state) ? 'invitation-unsent' : null;
  // The inviter, or an event that ended the invitation, called it off.
  if (!news || !mail.invitationId || code === CALLED_OFF) return;
  const invitation = await findInvitation(act.tx, mail.serviceId, mail.invitationId);
  if (!invitation) return;
  const { id: invitationId, invitedBy: operator } = invitation;
  await addJob(act.tx, 'tell-operator', { serviceId: mail.serviceId, operator, news, invitationId });
}

function isUnsent(state: MailEnd): boolean {
  return state === 'failed' || state === 'unknown';
}
