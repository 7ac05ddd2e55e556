import { z } from 'zod';
import { lockBatch, updateBatch } from '../../db/batches/batches.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { defineOperation, input, SYSTEM } from '../frame/operation.ts';

/**
 * Stores how far a slice came, and queues the next one; at the end it deletes the rows. Does nothing when the lease was
 * lost, because another process has the batch then.
 */
export const settleBatch = defineOperation({
  name: 'batches/settle',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {
    batchId: input.rowId,
    leasedUntil: z.date(),
    position: z.int().nonnegative(),
    state: z.enum(['applying', 'done', 'stopped']),
    channelId: z.string().max(40).nullable(),
    messageTs: z.string().max(40).nullable(),
  },
  async run(act, { batchId, leasedUntil, state, ...change }) {
    const row = await lockBatch(act.tx, act.service.id, batchId);
    if (row?.leasedUntil?.getTime() !== leasedUntil.getTime()) return;
    const end = state === 'applying' ? {} : { state, endedAt: act.now, sealedRows: [] };
    await updateBatch(act.tx, row, { ...change, ...end, leasedUntil: null });
    const { serviceId } = row;
    if (state === 'applying') await addJob(act.tx, 'run-batch', { serviceId, batchId });
  },
});
