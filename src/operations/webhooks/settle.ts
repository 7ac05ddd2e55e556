import { z } from 'zod';
import { type Delivery, findDelivery, lockDelivery, updateDelivery } from '../../db/webhooks/deliveries.ts';
import { lockWebhook, noteOfWebhook, type Webhook } from '../../db/webhooks/webhooks.ts';
import { type Act, defineOperation, input, SYSTEM } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { PAUSED_AFTER_HOURS, retryWaitMs } from './retry-schedule.ts';

const GONE = 410;

/**
 * Stores how an attempt ended: any status of 2xx is a success. When another attempt has begun since, a success still counts.
 * Returns whether the operators must hear of the webhook, which `webhooks/report-trouble` tells them.
 */
export const settleEvent = defineOperation({
  name: 'webhooks/settle',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {
    deliveryId: input.rowId,
    attempt: z.int().positive(),
    /** Null when there was no answer. */
    status: z.int().min(0).max(999).nullable(),
    code: z.string().max(40).nullable(),
    retryAfterMs: z.number().min(0).nullable().default(null),
  },
  async run(act, { deliveryId, attempt, status, code, retryAfterMs }): Promise<{ isTroubled: boolean }> {
    const serviceId = act.service.id;
    const untouched = { isTroubled: false };
    const { webhookId } = (await findDelivery(act.tx, serviceId, deliveryId)) ?? {};
    const webhook = webhookId === undefined ? null : await lockWebhook(act.tx, serviceId, webhookId);
    const found = webhook && (await lockDelivery(act.tx, serviceId, deliveryId));
    // Deleted with its webhook, or another attempt arrived.
    if (!found || found.state === 'delivered') return untouched;
    const isSuccess = status !== null && status >= 200 && status < 300;
    if (!isSuccess && found.attempts !== attempt) return untouched;
    const ended = { lastStatus: status, lastCode: code, leasedUntil: null };
    if (isSuccess) {
      await updateDelivery(act.tx, found, { ...ended, state: 'delivered', settledAt: act.now });
      if (webhook.failingSince || webhook.untold === 'given_up')
        await noteOfWebhook(act.tx, webhook, { failingSince: null, untold: null, toldAt: null });
      return untouched;
    }
    const waitMs = status === GONE ? null : retryWaitMs(attempt, act.random, retryAfterMs);
    await updateDelivery(
      act.tx,
      found,
      waitMs === null
        ? { ...ended, state: 'failed', settledAt: act.now }
        : { ...ended, nextAttemptAt: new Date(act.now.getTime() + waitMs) },
    );
    return noteFailure(act, webhook, { status, isGivenUp: waitMs === null });
  },
});

async function noteFailure(
  act: Act,
  webhook: Webhook,
  { status, isGivenUp }: { status: Delivery['lastStatus']; isGivenUp: boolean },
): Promise<{ isTroubled: boolean }> {
  const failingSince = webhook.failingSince ?? act.now;
  const hasFailedForDays = failingSince <= hoursAfter(act.now, -PAUSED_AFTER_HOURS);
  const untold =
    status === GONE
      ? 'gone'
      : hasFailedForDays
        ? 'failing'
        : isGivenUp && !webhook.toldAt
          ? 'given_up'
          : webhook.untold;
  if (untold !== webhook.untold || !webhook.failingSince)
    await noteOfWebhook(act.tx, webhook, { failingSince, untold });
  return { isTroubled: untold !== null };
}
