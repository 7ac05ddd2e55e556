import { deleteBatches, listStalledBatches } from '../../db/batches/batches.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';

const MAX_SWEPT = 100;
/** Until then the Apply button of an old message answers that it was done. */
const RECORD_LIFETIME_HOURS = 7 * 24;

/** Queues a new job for batches that lost theirs, and deletes previews that were not applied. */
export const sweepBatches = defineOperation({
  name: 'batches/sweep',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const serviceId = act.service.id;
    for (const { id: batchId } of await listStalledBatches(act.tx, serviceId, act.now, MAX_SWEPT))
      await addJob(act.tx, 'run-batch', { serviceId, batchId });
    const endedBefore = hoursAfter(act.now, -RECORD_LIFETIME_HOURS);
    await deleteBatches(act.tx, serviceId, { now: act.now, endedBefore });
  },
});
