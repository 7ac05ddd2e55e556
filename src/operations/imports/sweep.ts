import { z } from 'zod';
import { deleteImports, listStalledImports } from '../../db/imports/imports.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';

const MAX_SWEPT = 100;
/** Until then whoever presses Apply on an old message is told that it was done. */
const RECORD_KEPT_HOURS = 7 * 24;

/** Gives a job again to imports that have lost theirs, and lets go of dry runs that nobody applied. */
export const sweepImports = defineOperation({
  name: 'imports/sweep',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: z.strictObject({}),
  async run(act) {
    const serviceId = act.service.id;
    for (const { id: importId } of await listStalledImports(act.tx, serviceId, act.now, MAX_SWEPT))
      await addJob(act.tx, 'run-import', { serviceId, importId });
    const endedBefore = hoursAfter(act.now, -RECORD_KEPT_HOURS);
    await deleteImports(act.tx, serviceId, { now: act.now, endedBefore });
  },
});
