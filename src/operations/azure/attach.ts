import { z } from 'zod';
import { bindTo, forgetAgreements } from '../../db/azure/binding.ts';
import { lockInstance } from '../../db/azure/instances.ts';
import { isSameInstance } from '../../domain/azure-instance.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { defineOperation } from '../frame/operation.ts';
import { instancePath } from './bind.ts';
import { closeDriftCards, demandNothingWaits } from './detach.ts';

/**
 * Binds the service to another instance, in the mode `watch`. Ids and keys here stay, and so does which row stands for which
 * of Azure's ids. What the former instance agreed to counts for nothing in this one, so that nothing is overwritten in
 * silence. Run it while no server runs: one may still have read the former instance.
 * Errors: `azure_bound_already` to this instance; `azure_orders_waiting` for the former one, unless they are given up.
 */
export const attachInstance = defineOperation({
  name: 'azure/attach',
  allowed: ['console'],
  effect: 'change',
  input: { path: instancePath, givesUp: z.boolean().default(false) },
  async run(act, { path, givesUp }) {
    const serviceId = act.service.id;
    const former = await lockInstance(act.tx, serviceId);
    if (former && isSameInstance(former.path, path)) throw new DomainError('azure_bound_already');
    const givenUp = await demandNothingWaits(act, givesUp);
    await closeDriftCards(act);
    await forgetAgreements(act.tx, serviceId);
    await bindTo(act.tx, { serviceId, path, boundAt: act.now });
    act.record({
      before: { instance: former?.path ?? null, ...(former ? { mode: former.mode } : {}) },
      after: { instance: path, mode: 'watch', ...(givenUp ? { givenUp } : {}) },
      isAnnounced: true,
    });
    return { former: former?.path ?? null, path, givenUp };
  },
});
