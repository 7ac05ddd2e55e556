import { findInstance } from '../../db/azure/instances.ts';
import { countOutbound } from '../../db/azure/outbound.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';

/**
 * How many things `azure/set-mode` would write at once: they are only here, or we changed them. Null when the service is bound
 * to no instance.
 */
export const previewAzureMode = defineOperation({
  name: 'azure/preview-mode',
  allowed: ADMINS,
  effect: 'read',
  input: {},
  async run(act) {
    const instance = await findInstance(act.tx, act.service.id);
    if (!instance) return null;
    const count = (mode: 'add' | 'full') => countOutbound(act.tx, act.service.id, mode);
    return {
      mode: instance.mode,
      isCompared: instance.firstPassEndedAt !== null,
      writes: { add: await count('add'), full: await count('full') },
    };
  },
});
