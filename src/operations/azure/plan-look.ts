import { findInstance } from '../../db/azure/instances.ts';
import { isSameInstance } from '../../domain/azure-instance.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { instancePath } from './bind.ts';

/** When something may be read in Azure: now, or once its pause ends. Null when the service isn't bound to this instance. */
export const planLook = defineOperation({
  name: 'azure/plan-look',
  allowed: SYSTEM,
  effect: 'read',
  input: { path: instancePath },
  async run(act, { path }): Promise<{ notBefore: Date } | null> {
    const row = await findInstance(act.tx, act.service.id);
    if (!row || !isSameInstance(row.path, path)) return null;
    return { notBefore: row.holdUntil && row.holdUntil > act.now ? row.holdUntil : act.now };
  },
});
