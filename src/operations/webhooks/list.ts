import { countWaiting, findLastSettled } from '../../db/webhooks/deliveries.ts';
import { listWebhooks as listRows } from '../../db/webhooks/webhooks.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { viewWebhook } from './webhook.ts';

/** All webhooks by name, each with how many events wait for it and how the last one ended. There are at most 20. */
export const listWebhooks = defineOperation({
  name: 'webhooks/list',
  allowed: ADMINS,
  effect: 'read',
  input: {},
  async run(act) {
    const serviceId = act.service.id;
    const rows = await listRows(act.tx, serviceId);
    const waiting = await countWaiting(act.tx, { serviceId, now: act.now });
    const last = await findLastSettled(
      act.tx,
      serviceId,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => ({
      ...viewWebhook(act, row),
      waiting: waiting.get(row.id)?.waiting ?? 0,
      last: last.get(row.id) ?? null,
    }));
  },
});
