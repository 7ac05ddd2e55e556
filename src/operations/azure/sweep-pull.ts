import { findInstance } from '../../db/azure/instances.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { isPullDue } from './pass.ts';

/** Queues a page of the comparison with Azure that is due: the first one, and that of a process that was killed. */
export const sweepPull = defineOperation({
  name: 'azure/sweep-pull',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const serviceId = act.service.id;
    const row = await findInstance(act.tx, serviceId);
    if (row && isPullDue(row, act.now)) await addJob(act.tx, 'azure-pull', { serviceId });
  },
});
