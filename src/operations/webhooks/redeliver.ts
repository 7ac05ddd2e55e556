import { findDelivery, updateDelivery } from '../../db/webhooks/deliveries.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { ADMINS, defineOperation, input } from '../frame/operation.ts';
import { holdWebhook } from './webhook.ts';

/**
 * Sends an event again, whether it arrived or not, under the same id. One that waits is tried at once.
 * Errors: `webhook_delivery_not_found`; `webhook_state_unfitting` while the webhook is paused.
 */
export const redeliverEvent = defineOperation({
  name: 'webhooks/redeliver',
  allowed: ADMINS,
  effect: 'change',
  input: { deliveryId: input.rowId },
  async run(act, { deliveryId }) {
    const serviceId = act.service.id;
    const delivery = await findDelivery(act.tx, serviceId, deliveryId);
    if (!delivery) throw new DomainError('webhook_delivery_not_found');
    const webhook = await holdWebhook(act, delivery.webhookId);
    if (webhook.state === 'paused')
      throw new DomainError('webhook_state_unfitting', { current: { state: 'paused' } });
    await updateDelivery(act.tx, delivery, {
      ...{ state: 'waiting', attempts: 0, queuedAt: act.now, nextAttemptAt: act.now, settledAt: null },
    });
    act.record({
      target: { kind: 'webhook', id: webhook.id },
      after: { redelivered: deliveryId, number: delivery.number },
    });
    return { webhookId: webhook.id, name: webhook.name, type: delivery.type, number: delivery.number };
  },
});
