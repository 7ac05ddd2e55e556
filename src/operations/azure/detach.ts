import { z } from 'zod';
import { countWaitingOrders, deleteInstance, listOpenDriftCards } from '../../db/azure/binding.ts';
import { lockInstance } from '../../db/azure/instances.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type Act, defineOperation } from '../frame/operation.ts';

/**
 * Leaves the instance that the service is bound to: forgets it with the orders, the differences and what both sides agreed
 * on. Everything else here stays, and Azure stays as it is. Nothing is sent to Azure from then on; a request that is under
 * way may still arrive.
 * Errors: `azure_not_bound`; `azure_orders_waiting` with how many, unless they are given up.
 */
export const detachInstance = defineOperation({
  name: 'azure/detach',
  allowed: ['console'],
  effect: 'change',
  input: { givesUp: z.boolean().default(false) },
  async run(act, { givesUp }) {
    const serviceId = act.service.id;
    const instance = await lockInstance(act.tx, serviceId);
    if (!instance) throw new DomainError('azure_not_bound');
    const givenUp = await demandNothingWaits(act, givesUp);
    await closeDriftCards(act);
    await deleteInstance(act.tx, serviceId);
    const { path, mode } = instance;
    act.record({
      before: { instance: path, mode },
      after: { instance: null, ...(givenUp ? { givenUp } : {}) },
      isAnnounced: true,
    });
    return { path, givenUp };
  },
});

/** Returns how many orders are given up. Errors: `azure_orders_waiting`. */
export async function demandNothingWaits(act: Act, givesUp: boolean): Promise<number> {
  const count = await countWaitingOrders(act.tx, act.service.id);
  if (count > 0 && !givesUp) throw new DomainError('azure_orders_waiting', { count });
  return count;
}

/** The messages outlive their rows, and ask for a decision that can't be taken any more. */
export async function closeDriftCards(act: Act): Promise<void> {
  const serviceId = act.service.id;
  for (const card of await listOpenDriftCards(act.tx, serviceId))
    await addJob(act.tx, 'close-drift-card', { serviceId, ...card });
}
