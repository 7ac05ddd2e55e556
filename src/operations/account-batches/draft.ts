// The accounts that an operator has ticked so far, page by page. A page turn must not lose them.
import { type Batch, lockBatch } from '../../db/batches/batches.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { openRows } from '../batches/stored-rows.ts';
import { actorId } from '../frame/actor.ts';
import type { Act } from '../frame/context.ts';

/** Errors: `batch_not_found`, also an hour after it began, and for another person's. */
export async function demandDraft(act: Act, batchId: string): Promise<{ row: Batch; ids: string[] }> {
  const row = await lockBatch(act.tx, act.service.id, batchId);
  const isOwn = row?.state === 'draft' && row.plannedBy === actorId(act.actor) && row.expiresAt > act.now;
  if (!row || !isOwn) throw new DomainError('batch_not_found');
  const { rows } = openRows(act, row) as { rows: { accountId?: string }[] };
  return { row, ids: rows.flatMap(({ accountId }) => accountId ?? []) };
}
