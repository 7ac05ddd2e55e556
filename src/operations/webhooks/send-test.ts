import { newId } from '../../db/ids.ts';
import { insertDeliveries } from '../../db/webhooks/deliveries.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { TEST_TYPE } from '../../domain/event-types.ts';
import { ADMINS, defineOperation } from '../frame/operation.ts';
import { holdWebhook, webhookId } from './webhook.ts';

/**
 * Sends an event that only shows whether the webhook works. Its end is in `webhooks/list-deliveries`.
 * Errors: `webhook_not_found`; `webhook_state_unfitting` while it is paused.
 */
export const sendTestEvent = defineOperation({
  name: 'webhooks/send-test',
  allowed: ADMINS,
  effect: 'change',
  input: { webhookId },
  async run(act, { webhookId: id }) {
    const { state, name } = await holdWebhook(act, id);
    if (state === 'paused') throw new DomainError('webhook_state_unfitting', { current: { state } });
    const deliveryId = newId(act.now, act.random);
    await insertDeliveries(act.tx, [
      {
        ...{ serviceId: act.service.id, id: deliveryId, webhookId: id, type: TEST_TYPE, state: 'waiting' },
        ...{ attempts: 0, queuedAt: act.now, nextAttemptAt: act.now },
      },
    ]);
    act.record({ target: { kind: 'webhook', id }, after: { test: deliveryId } });
    return { deliveryId, name };
  },
});
