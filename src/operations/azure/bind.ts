import { z } from 'zod';
import { findInstance, insertInstance } from '../../db/azure/instances.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';

/** `/subscriptions/…/resourceGroups/…/providers/Microsoft.ApiManagement/service/NAME`, as the setting spells it. */
export const instancePath = z.string().min(1).max(500);

/**
 * Binds the service to an instance of Azure API Management when the process starts, in mode `watch`. One that is bound stays
 * bound to its instance. Returns the path of that one.
 */
export const bindToAzure = defineOperation({
  name: 'azure/bind',
  allowed: SYSTEM,
  effect: 'change',
  input: { path: instancePath },
  async run(act, { path }): Promise<{ path: string }> {
    const serviceId = act.service.id;
    const isNew = await insertInstance(act.tx, { serviceId, path, boundAt: act.now });
    if (!isNew) {
      act.nothingChanged();
      return { path: (await findInstance(act.tx, serviceId))?.path ?? path };
    }
    act.record({ after: { instance: path, mode: 'watch' } });
    return { path };
  },
});
