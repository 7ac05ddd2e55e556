import { type Batch, lockBatch, updateBatch } from '../../db/batches/batches.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { DomainError } from '../../domain/domain-error.ts';
import type { Act } from '../frame/context.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';

/** A batch that Slack or a fault delays beyond this stops. */
const MAX_RUN_HOURS = 24;

/**
 * Queues a job that does what a preview showed, row by row, with the rights that the admin has then. Once only.
 * Errors: `batch_not_found`, also an hour after the preview; `batch_begun`.
 */
export const beginBatch = defineOperation({
  name: 'batches/begin',
  allowed: ADMINS,
  effect: 'change',
  input: { batchId: input.rowId },
  async run(act, { batchId }) {
    const row = await lockBatch(act.tx, act.service.id, batchId);
    if (!row || (row.state === 'open' && row.expiresAt <= act.now)) throw new DomainError('batch_not_found');
    if (row.state !== 'open') {
      const { appliedByName: by, appliedAt: at } = row;
      throw new DomainError('batch_begun', { current: { by, ...(at ? { at } : {}) } });
    }
    await applyBatch(act, row);
    act.record({ target: { kind: 'batch', id: batchId }, after: { rows: row.total } });
  },
});

/** Lets a locked batch run with the actor's rights. */
async function applyBatch(act: Act, { serviceId, id }: Pick<Batch, 'serviceId' | 'id'>): Promise<void> {
  const { actor } = act;
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
      appliedAt: act.now,
      expiresAt: hoursAfter(act.now, MAX_RUN_HOURS),
    },
  );
  await addJob(act.tx, 'run-batch', { serviceId, batchId: id });
}
