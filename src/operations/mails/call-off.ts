import { lockQueuedMails, type Mail } from '../../db/outbox/mails.ts';
import { isCertainRefusal } from '../../mail/delivery/resend.ts';
import type { Act } from '../frame/context.ts';
import { CALLED_OFF, endMail } from './end-mail.ts';

const MAX_CALLED_OFF_AT_ONCE = 500;

/**
 * Calls off waiting mails, up to 500 at once, and returns how many. One that may have reached the provider becomes
 * `unknown` instead of `cancelled`, and what its sender hears from the provider still counts.
 */
export async function callOffMails(
  act: Act,
  which: Omit<Parameters<typeof lockQueuedMails>[1], 'serviceId'>,
): Promise<number> {
  const of = { ...which, serviceId: act.service.id };
  const waiting = await lockQueuedMails(act.tx, of, MAX_CALLED_OFF_AT_ONCE);
  for (const mail of waiting) await callOffMail(act, mail);
  return waiting.length;
}

/** Calls off one mail that the caller holds. */
export async function callOffMail(act: Act, mail: Mail): Promise<void> {
  await endMail(act, mail, mayHaveLeft(mail) ? 'unknown' : 'cancelled', CALLED_OFF);
}

/** Whether the provider may have the mail although no answer says so. A lease means that an attempt was not settled. */
function mayHaveLeft(mail: Mail): boolean {
  return mail.attempts > 0 && (mail.leasedUntil !== null || !isCertainRefusal(mail.lastCode ?? ''));
}
