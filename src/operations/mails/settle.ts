import { z } from 'zod';
import { addJob } from '../../db/outbox/jobs.ts';
import { lockMail, updateMail } from '../../db/outbox/mails.ts';
import { noteFailure, noteSuccess } from '../../db/outbox/outages.ts';
import * as input from '../frame/input.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { endMail } from './end-mail.ts';

/**
 * Stores how an attempt to send ended. When another attempt has begun since, only an acceptance counts: the provider has
 * the mail. Failures in a row are stored for `outages/tell`.
 */
export const settleMail = defineOperation({
  name: 'mails/settle',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: z.strictObject({
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
  }),
  async run(act, { mailId, attempt, outcome }) {
    const mail = await lockMail(act.tx, act.service.id, mailId);
    if (mail?.state !== 'queued') return;
    const delivery = { serviceId: act.service.id, of: 'mail', now: act.now } as const;
    if (outcome.kind === 'accepted') {
      await noteSuccess(act.tx, delivery);
      await updateMail(
        act.tx,
        mail,
        {
          state: 'accepted',
          providerId: outcome.providerId,
          sealedMessage: null,
          leasedUntil: null,
          lastCode: null,
        },
        act.now,
      );
      return;
    }
    if (mail.attempts !== attempt) return;
    if (outcome.kind === 'rejected') {
      await endMail(act, mail, 'failed', outcome.code);
      return;
    }
    // A rejected mail says nothing about the next one; "not now" does.
    await noteFailure(act.tx, { ...delivery, code: outcome.code });
    const nextAttemptAt = new Date(act.now.getTime() + outcome.delaySeconds * 1_000);
    await updateMail(act.tx, mail, { nextAttemptAt, leasedUntil: null, lastCode: outcome.code }, act.now);
    const payload = { serviceId: act.service.id, mailId };
    await addJob(act.tx, 'deliver-mail', payload, { runAt: nextAttemptAt });
  },
});
