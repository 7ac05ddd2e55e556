import { z } from 'zod';
import { lockMailByProviderId } from '../../db/outbox/mails.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { endMail } from './end-mail.ts';

/** The provider's reports arrive in any order; the one with the higher rank counts. */
const RANK = { accepted: 0, delivered: 1, bounced: 2, complained: 3 } as const;

/**
 * Stores the provider's report of a mail. The inviter hears of a bounced invitation. False when no mail has that id (yet),
 * so that the provider reports again.
 */
export const recordMailEvent = defineOperation({
  name: 'mails/record-event',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {
    kind: z.enum(['delivered', 'bounced', 'complained']),
    providerId: z.string().max(200),
  },
  async run(act, { kind, providerId }): Promise<boolean> {
    const mail = await lockMailByProviderId(act.tx, act.service.id, providerId);
    if (!mail) return false;
    if (!(mail.state in RANK) || RANK[mail.state as keyof typeof RANK] >= RANK[kind]) return true;
    await endMail(act, mail, kind);
    return true;
  },
});
