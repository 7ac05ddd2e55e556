import { findBatch, listAuditOfBatch } from '../../db/batches/batches.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';

/**
 * How far a batch is, and how each row that was begun ended, by line: `done`, `asked` or the code of a refusal.
 * Errors: `batch_not_found`.
 */
export const showBatch = defineOperation({
  name: 'batches/show',
  allowed: ADMINS,
  effect: 'read',
  input: { batchId: input.rowId },
  async run(act, { batchId }) {
    const row = await findBatch(act.tx, act.service.id, batchId);
    if (!row || row.state === 'draft') throw new DomainError('batch_not_found');
    const { state, action, position, total, toDo, stopAskedBy, appliedAt, serviceId } = row;
    const entries = appliedAt
      ? await listAuditOfBatch(act.tx, { serviceId, requestsOf: batchId, since: appliedAt })
      : [];
    const outcomes = new Map<number, string>();
    for (const { requestId, outcome, code } of entries) {
      const line = Number(requestId.slice(batchId.length + 1));
      if (outcome !== 'refused') outcomes.set(line, outcome);
      else if (!outcomes.has(line)) outcomes.set(line, code ?? '');
    }
    return { state, action, position, total, toDo, stopAskedBy, outcomes: [...outcomes] };
  },
});
