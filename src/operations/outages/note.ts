import { z } from 'zod';
import { noteFailure, noteSuccess } from '../../db/outbox/outages.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';

/** Keeps how Slack was met this minute; `code` is why it can't be used, null when it can. What follows, `outages/tell` does. */
export const noteOutage = defineOperation({
  name: 'outages/note',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: z.strictObject({ of: z.literal('slack'), code: z.string().min(1).max(100).nullable() }),
  async run(act, { of, code }) {
    const key = { serviceId: act.service.id, of, now: act.now };
    await (code === null ? noteSuccess(act.tx, key) : noteFailure(act.tx, { ...key, code }));
  },
});
