import { listEndedExports, removeExport, updateExport } from '../../db/exports/exports.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { minutesAfter } from '../frame/outbox.ts';

const MAX_SWEPT = 100;
/** A deletion that fails is tried again after so long, until Slack has no such file. */
const AGAIN_MINUTES = 10;

/** Has the files deleted whose day is over, and forgets the exports that Slack never had a file of. */
export const sweepExports = defineOperation({
  name: 'exports/sweep',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const serviceId = act.service.id;
    for (const { id, fileId } of await listEndedExports(act.tx, serviceId, act.now, MAX_SWEPT)) {
      if (fileId === null) {
        await removeExport(act.tx, { serviceId, id });
        continue;
      }
      await updateExport(act.tx, { serviceId, id }, { endsAt: minutesAfter(act.now, AGAIN_MINUTES) });
      await addJob(act.tx, 'delete-exported-file', { serviceId, exportId: id, fileId });
    }
  },
});
