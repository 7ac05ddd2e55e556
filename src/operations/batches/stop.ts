import { lockBatch, updateBatch } from '../../db/batches/batches.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';

/**
 * Stops a batch after the rows that are under way, seconds later; another admin may do so too. The finished rows stay.
 * Errors: `batch_not_found`; `batch_ended`.
 */
export const stopBatch = defineOperation({
  name: 'batches/stop',
  allowed: ADMINS,
  effect: 'change',
  input: { batchId: input.rowId },
  async run(act, { batchId }) {
    const row = await lockBatch(act.tx, act.service.id, batchId);
    if (!row || row.state === 'draft' || row.state === 'open') throw new DomainError('batch_not_found');
    if (row.endedAt) throw new DomainError('batch_ended');
    if (row.stopAskedBy !== null) return act.nothingChanged();
    await updateBatch(act.tx, row, { stopAskedBy: act.actorName });
    await addJob(act.tx, 'run-batch', { serviceId: row.serviceId, batchId });
    act.record({ target: { kind: 'batch', id: batchId }, after: { rows: row.total, done: row.position } });
  },
});
