import { z } from 'zod';
import { lockMail, type Mail, updateMail } from '../../db/outbox/mails.ts';
import { noteFailure, noteSuccess } from '../../db/outbox/outages.ts';
import { isCertainRefusal } from '../../mail/delivery/resend.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { queueDelivery, queueRepaint } from '../frame/outbox.ts';
import { CALLED_OFF, endMail } from './end-mail.ts';

/**
 * Stores how an attempt to send ended. When another attempt has begun since, or the mail was called off, an acceptance
 * still counts: the provider has the mail. Failures in a row are stored for `outages/tell`.
 */
export const settleMail = defineOperation({
  name: 'mails/settle',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {
    mailId: input.rowId,
    attempt: z.int().positive(),
    outcome: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('accepted'), providerId: z.string().max(200) }),
      z.strictObject({ kind: z.literal('rejected'), code: z.string().max(100) }),
      z.strictObject({
        kind: z.literal('retry'),
        code: z.string().max(100),
        delaySeconds: z.number().min(0).max(86_400),
      }),
    ]),
  },
  async run(act, { mailId, attempt, outcome }) {
    const mail = await lockMail(act.tx, act.service.id, mailId);
    if (!mail || isKnownToProvider(mail)) return;
    const delivery = { serviceId: act.service.id, of: 'mail', now: act.now } as const;
    if (outcome.kind === 'accepted') {
      await noteSuccess(act.tx, delivery);
      await updateMail(act, mail, {
        state: 'accepted',
        providerId: outcome.providerId,
        sealedOrder: null,
        sealedMessage: null,
        leasedUntil: null,
        lastCode: mail.lastCode === CALLED_OFF ? CALLED_OFF : null,
      });
      // The card says that it left although it was called off.
      if (mail.state !== 'queued' && mail.accountId) await queueRepaint(act, mail.accountId);
      return;
    }
    if (mail.attempts !== attempt) return;
    if (mail.state !== 'queued') {
      // Called off while its only attempt was under way, and the provider did not take it.
      const isRefused = outcome.kind === 'rejected' || isCertainRefusal(outcome.code);
      if (mail.lastCode === CALLED_OFF && attempt === 1 && isRefused)
        await endMail(act, mail, 'cancelled', CALLED_OFF);
      return;
    }
    if (outcome.kind === 'rejected') {
      await endMail(act, mail, 'failed', outcome.code);
      return;
    }
    // A rejected mail says nothing about the next one; "not now" does.
    await noteFailure(act.tx, { ...delivery, code: outcome.code });
    const nextAttemptAt = new Date(act.now.getTime() + outcome.delaySeconds * 1_000);
    // A refusal of this attempt doesn't undo that an earlier one may have been accepted.
    const isInDoubt = attempt > 1 && !isCertainRefusal(mail.lastCode ?? '');
    const lastCode = isInDoubt && mail.lastCode ? mail.lastCode : outcome.code;
    await updateMail(act, mail, { nextAttemptAt, leasedUntil: null, lastCode });
    await queueDelivery(act.tx, mail, nextAttemptAt);
  },
});

const isKnownToProvider = ({ providerId }: Mail): boolean => providerId !== null;
