import { z } from 'zod';
import { noteFailure, noteSuccess } from '../../db/outbox/outages.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';

/** Stores whether Slack works this minute: `code` says why it doesn't, null that it does. `outages/tell` acts on it. */
export const noteOutage = defineOperation({
  name: 'outages/note',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { of: z.literal('slack'), code: z.string().min(1).max(100).nullable() },
  async run(act, { of, code }) {
    const key = { serviceId: act.service.id, of, now: act.now };
    await (code === null ? noteSuccess(act.tx, key) : noteFailure(act.tx, { ...key, code }));
  },
});
