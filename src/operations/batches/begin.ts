import { type Batch, findBatch, lockBatch, updateBatch } from '../../db/batches/batches.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type Extent, isForTwo } from '../frame/approval.ts';
import type { Act, Context } from '../frame/context.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { kindNamed } from './kinds.ts';
import { openRows } from './stored-rows.ts';

/** A batch that Slack or a fault delays beyond this stops. */
const MAX_RUN_HOURS = 24;

/**
 * Queues a job that does what a preview showed, row by row, with the rights that the admin has then. Once only. What
 * does much waits for a second operator first: then the preview stays until they have decided.
 * Errors: `batch_not_found`, also an hour after the preview; `batch_begun`.
 */
export const beginBatch = defineOperation({
  name: 'batches/begin',
  allowed: ADMINS,
  effect: 'change',
  input: { batchId: input.rowId },
  subjectOf: ({ batchId }) => ({ kind: 'batch', id: batchId }),
  async extentOf(context, { batchId }) {
    const row = await findBatch(context.db, context.service.id, batchId);
    return row?.state === 'open' ? extentOf(context, row) : null;
  },
  async run(act, { batchId }) {
    const row = await lockBatch(act.tx, act.service.id, batchId);
    if (!row || row.state === 'draft' || (row.state === 'open' && row.expiresAt <= act.now && !act.approval))
      throw new DomainError('batch_not_found');
    if (row.state !== 'open') {
      const { appliedByName: by, appliedAt: at } = row;
      throw new DomainError('batch_begun', { current: { by, ...(at ? { at } : {}) } });
    }
    await applyBatch(act, row);
    const extent = extentOf(act, row);
    // Without another operator to ask, the others who read the channel hear of it at least.
    const isAlone = !act.approval && extent !== null && isForTwo(act, extent);
    act.record({
      target: { kind: 'batch', id: batchId },
      after: {
        rows: row.total,
        ...(row.action ? { action: row.action } : {}),
        ...(isAlone ? { alone: true } : {}),
      },
      ...(isAlone ? { isAnnounced: true } : {}),
    });
  },
});

/** Lets a locked batch run with the actor's rights. */
const extentOf = (context: Context, row: Batch): Extent | null =>
  kindNamed(row.kind).extent(row, openRows(context, row).about);

async function applyBatch(act: Act, { serviceId, id }: Pick<Batch, 'serviceId' | 'id'>): Promise<void> {
  const { actor, approval } = act;
  const isSlack = actor.kind === 'slack';
  if (!isSlack && actor.kind !== 'console' && actor.kind !== 'system') throw new DomainError('not_permitted');
  await updateBatch(
    act.tx,
    { serviceId, id },
    {
      state: 'applying',
      appliedByKind: actor.kind,
      appliedByName: actor.name,
      teamId: isSlack ? actor.teamId : null,
      slackUserId: isSlack ? actor.userId : null,
      ...(approval
        ? {
            approvalId: approval.id,
            approvedBy: approval.decidedBy ?? '',
            approvedByName: approval.decidedByName ?? '',
          }
        : {}),
      appliedAt: act.now,
      expiresAt: hoursAfter(act.now, MAX_RUN_HOURS),
    },
  );
  await addJob(act.tx, 'run-batch', { serviceId, batchId: id });
}
