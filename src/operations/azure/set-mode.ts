import { z } from 'zod';
import { lockInstance, updateInstance } from '../../db/azure/instances.ts';
import { keepWaitingOrders } from '../../db/azure/orders.ts';
import { countOutbound, orderOutbound } from '../../db/azure/outbound.ts';
import { addJob } from '../../db/outbox/jobs.ts';
import { MIRROR_MODES } from '../../db/schema/azure.ts';
import { ORDER_HALVES } from '../../domain/azure-orders.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type Act, ADMINS, defineOperation, input } from '../frame/operation.ts';

/**
 * Changes what may be written to Azure: nothing (`watch`), what is new or changed (`add`), or deletions too (`full`).
 * `writesAtMost`: how many things the person knows will be written at once, because they are only here or we changed them.
 * Going down, what waits is kept here; an order that is being sent may still arrive.
 * Errors: `azure_not_bound`; `azure_mode_changed` when the mode isn't `from` any more; `azure_not_compared` before the first
 * comparison has ended; `azure_more_writes` with how many there are.
 */
export const setAzureMode = defineOperation({
  name: 'azure/set-mode',
  allowed: ADMINS,
  effect: 'change',
  input: {
    mode: z.enum(MIRROR_MODES),
    from: z.enum(MIRROR_MODES),
    writesAtMost: z.int().nonnegative().default(0),
    reason: input.reason.default(''),
  },
  // An admin who stops the writing doesn't wait for anyone.
  subjectOf: ({ mode }) => (mode === 'watch' ? null : { kind: 'mirror', id: mode }),
  async run(act, { mode, from, writesAtMost, reason }) {
    const serviceId = act.service.id;
    const instance = await lockInstance(act.tx, serviceId);
    if (!instance) throw new DomainError('azure_not_bound');
    if (instance.mode !== from)
      throw new DomainError('azure_mode_changed', { current: { state: instance.mode } });
    if (mode === from) {
      act.nothingChanged();
      return { mode, writes: 0, kept: 0 };
    }
    const isUp = mode === 'full' || from === 'watch';
    if (isUp && !instance.firstPassEndedAt) throw new DomainError('azure_not_compared');
    await updateInstance(act.tx, serviceId, { mode });
    const writes = isUp && mode !== 'watch' ? await orderAll(act, mode, writesAtMost) : 0;
    const kept = mode === 'watch' ? await keepWaitingOrders(act.tx, serviceId, 'watch') : 0;
    act.record({ reason, before: { mode: from }, after: { mode, writes, kept }, isAnnounced: true });
    return { mode, writes, kept };
  },
});

async function orderAll(act: Act, mode: 'add' | 'full', writesAtMost: number): Promise<number> {
  const serviceId = act.service.id;
  const writes = await countOutbound(act.tx, serviceId, mode);
  if (writes > writesAtMost) throw new DomainError('azure_more_writes', { count: writes });
  await orderOutbound(act.tx, serviceId, mode);
  for (const half of ORDER_HALVES) await addJob(act.tx, 'azure-send', { serviceId, half });
  return writes;
}
