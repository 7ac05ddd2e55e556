import { lockImport, updateImport } from '../../db/imports/imports.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation, input } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';

/** An import that Slack or a fault delays beyond this stops. */
const MAX_RUN_HOURS = 24;

/**
 * Queues a job that does what a dry run showed, row by row, with the rights that the admin has then. Once only.
 * Errors: `import_not_found`, also an hour after the dry run; `import_begun`.
 */
export const beginImport = defineOperation({
  name: 'imports/begin',
  allowed: ['admin'],
  effect: 'change',
  input: { importId: input.rowId },
  async run(act, { importId }) {
    const { actor } = act;
    if (actor.kind !== 'slack') throw new DomainError('not_permitted');
    const serviceId = act.service.id;
    const row = await lockImport(act.tx, serviceId, importId);
    if (!row || (row.state === 'open' && row.expiresAt <= act.now)) throw new DomainError('import_not_found');
    if (row.state !== 'open') {
      const { appliedByName: by, appliedAt: at } = row;
      throw new DomainError('import_begun', { current: { by, ...(at ? { at } : {}) } });
    }
    await updateImport(act.tx, row, {
      state: 'applying',
      teamId: actor.teamId,
      slackUserId: actor.userId,
      appliedByName: act.actorName,
      appliedAt: act.now,
      expiresAt: hoursAfter(act.now, MAX_RUN_HOURS),
    });
    await addJob(act.tx, 'run-import', { serviceId, importId });
    act.record({ target: { kind: 'import', id: importId }, after: { rows: row.total } });
  },
});
