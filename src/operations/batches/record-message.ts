import { z } from 'zod';
import { lockBatch, updateBatch } from '../../db/batches/batches.ts';
import { actorId } from '../frame/actor.ts';
import { defineOperation, input } from '../frame/operation.ts';

/** Stores where the message with the preview is. Only for the admin who made it. */
export const recordBatchMessage = defineOperation({
  name: 'batches/record-message',
  allowed: ['admin'],
  effect: 'bookkeeping',
  input: {
    batchId: input.rowId,
    channelId: z.string().max(40),
    messageTs: z.string().max(40),
  },
  async run(act, { batchId, channelId, messageTs }) {
    const row = await lockBatch(act.tx, act.service.id, batchId);
    if (row?.plannedBy === actorId(act.actor)) await updateBatch(act.tx, row, { channelId, messageTs });
  },
});
