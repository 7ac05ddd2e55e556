import { z } from 'zod';
import { lockDrift, updateDrift } from '../../db/azure/drifts.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { queueDriftRepaint } from '../frame/outbox.ts';

/** Stores who changed a thing in Azure and when, for the card of an open difference. */
export const noteWhoChanged = defineOperation({
  name: 'azure/note-who-changed',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { driftId: input.rowId, who: z.string().transform((who) => who.slice(0, 200)), at: z.date() },
  async run(act, { driftId, who, at }) {
    const drift = await lockDrift(act.tx, act.service.id, driftId);
    if (drift?.state !== 'open') return;
    await updateDrift(act.tx, drift, { changedBy: who, changedAt: at });
    await queueDriftRepaint(act, driftId);
  },
});
