import { deleteOldDeliveries, failOldDeliveries } from '../../db/webhooks/deliveries.ts';
import { listWebhooks, lockWebhook, noteOfWebhook } from '../../db/webhooks/webhooks.ts';
import { defineOperation, SYSTEM } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { GIVEN_UP_AFTER_HOURS } from './retry-schedule.ts';
import { resealed } from './webhook.ts';

const KEPT_DAYS = 30;
const AT_ONCE = 5_000;

/**
 * Gives up what has waited for three days, deletes what ended 30 days ago, and seals the secrets again that the previous
 * `SECRET_KEY` sealed. Returns the webhooks of which the operators must hear.
 */
export const sweepWebhooks = defineOperation({
  name: 'webhooks/sweep',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act): Promise<{ troubled: string[] }> {
    const serviceId = act.service.id;
    const { now } = act;
    const queuedBefore = hoursAfter(now, -GIVEN_UP_AFTER_HOURS);
    for (const id of await failOldDeliveries(act.tx, { serviceId, queuedBefore, now, limit: AT_ONCE })) {
      const webhook = await lockWebhook(act.tx, serviceId, id);
      if (webhook?.state === 'active' && webhook.failingSince && !webhook.toldAt && !webhook.untold)
        await noteOfWebhook(act.tx, webhook, { untold: 'given_up' });
    }
    const settledBefore = hoursAfter(now, -KEPT_DAYS * 24);
    await deleteOldDeliveries(act.tx, { serviceId, settledBefore, limit: AT_ONCE });
    const webhooks = await listWebhooks(act.tx, serviceId);
    for (const webhook of webhooks) {
      const sealed = resealed(act, webhook);
      if (sealed) await noteOfWebhook(act.tx, webhook, sealed);
    }
    return { troubled: webhooks.flatMap(({ id, untold }) => (untold === null ? [] : id)) };
  },
});
