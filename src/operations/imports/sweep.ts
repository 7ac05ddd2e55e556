import { deleteImports, listStalledImports } from '../../db/imports/imports.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';

const MAX_SWEPT = 100;
/** Until then the Apply button of an old message answers that the import was done. */
const RECORD_LIFETIME_HOURS = 7 * 24;

/** Queues a new job for imports that lost theirs, and deletes dry runs that were not applied. */
export const sweepImports = defineOperation({
  name: 'imports/sweep',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const serviceId = act.service.id;
    for (const { id: importId } of await listStalledImports(act.tx, serviceId, act.now, MAX_SWEPT))
      await addJob(act.tx, 'run-import', { serviceId, importId });
    const endedBefore = hoursAfter(act.now, -RECORD_LIFETIME_HOURS);
    await deleteImports(act.tx, serviceId, { now: act.now, endedBefore });
  },
});
