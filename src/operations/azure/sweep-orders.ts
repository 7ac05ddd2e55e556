import { findInstance } from '../../db/azure/instances.ts';
import { deleteOldOrders, listDueHalves } from '../../db/azure/orders.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';

const ORDERS_KEPT_DAYS = 30;

/**
 * Queues the jobs of orders that are due: the job of a killed process was lost, and its lease is over. Deletes orders that
 * ended 30 days ago. Does nothing while Azure asked for silence.
 */
export const sweepOrders = defineOperation({
  name: 'azure/sweep-orders',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act) {
    const serviceId = act.service.id;
    const instance = await findInstance(act.tx, serviceId);
    if (!instance) return;
    await deleteOldOrders(act.tx, serviceId, ORDERS_KEPT_DAYS);
    if (instance.holdUntil && instance.holdUntil > act.now) return;
    for (const half of await listDueHalves(act.tx, serviceId))
      await addJob(act.tx, 'azure-send', { serviceId, half });
  },
});
