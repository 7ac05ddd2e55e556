// Takes back what a batch did to many accounts, by a batch of the opposite operations.
import { beginBatch } from '../batches/begin.ts';
import type { Context } from '../frame/context.ts';
import { planBatchUndo } from './plan-undo.ts';

/** Errors: those of `account-batches/plan-undo` and `batches/begin`. Throws `WaitsForApproval` as that does. */
export async function undoBatch(
  context: Context,
  batchId: string,
): Promise<{ batchId: string; toDo: number }> {
  const plan = await planBatchUndo(context, { batchId });
  await beginBatch(context, { batchId: plan.batchId });
  return plan;
}
