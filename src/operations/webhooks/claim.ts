import { z } from 'zod';
import { findAuditRow } from '../../db/audit/rows.ts';
import {
  countWaiting,
  type Delivery,
  findNextAttempt,
  listDueDeliveries,
  updateDelivery,
} from '../../db/webhooks/deliveries.ts';
import { lockActiveWebhooks, type Webhook } from '../../db/webhooks/webhooks.ts';
import { writeEvent } from '../../events/cloud-event.ts';
import type { WebhookMessage } from '../../events/send.ts';
import { signedHeaders } from '../../events/signature.ts';
import { SealedTextError } from '../../security/sealed-text.ts';
import { viewEvents } from '../events/event.ts';
import { type Act, defineOperation, SYSTEM } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { GIVEN_UP_AFTER_HOURS } from './retry-schedule.ts';
import { secretsOf } from './webhook.ts';

/** Twice as long as sending may take. Then the process that sent it is dead, and another attempt may begin. */
const LEASE_SECONDS = 30;
/** So many requests at once to a receiver that answers; one to a receiver that failed last. */
const AT_ONCE = 5;
const AT_ONCE_WHILE_FAILING = 1;

export type ClaimedEvent = {
  deliveryId: string;
  webhookId: string;
  attempt: number;
  number: number | null;
  message: WebhookMessage;
};

/**
 * Claims due events for one attempt each, and returns what to send: at most five at a time for a webhook, so that none waits
 * for another. `next` is when the next one is due that isn't now.
 */
export const claimEvents = defineOperation({
  name: 'webhooks/claim',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: { limit: z.int().min(1).max(1_000) },
  async run(act, { limit }): Promise<{ claimed: ClaimedEvent[]; next: Date | null }> {
    const serviceId = act.service.id;
    const webhooks = await lockActiveWebhooks(act.tx, serviceId);
    const waiting = await countWaiting(act.tx, { serviceId, now: act.now });
    const claimed: ClaimedEvent[] = [];
    for (const webhook of webhooks) {
      const counts = waiting.get(webhook.id);
      if (!counts || claimed.length >= limit) continue;
      const atOnce = webhook.failingSince ? AT_ONCE_WHILE_FAILING : AT_ONCE;
      const places = Math.min(atOnce - counts.leased, limit - claimed.length);
      if (places <= 0) continue;
      const due = { serviceId, webhookId: webhook.id, now: act.now, limit: places };
      for (const delivery of await listDueDeliveries(act.tx, due)) {
        // The sweep of each minute ends it.
        if (delivery.queuedAt < hoursAfter(act.now, -GIVEN_UP_AFTER_HOURS)) continue;
        claimed.push(...(await claim(act, webhook, delivery)));
      }
    }
    const webhookIds = webhooks.map(({ id }) => id);
    return { claimed, next: await findNextAttempt(act.tx, { serviceId, webhookIds, now: act.now }) };
  },
});

async function claim(act: Act, webhook: Webhook, delivery: Delivery): Promise<ClaimedEvent[]> {
  const secrets = readableSecrets(act, webhook);
  if (secrets === null) {
    const end = { state: 'failed', settledAt: act.now, lastCode: 'secret_unreadable' } as const;
    await updateDelivery(act.tx, delivery, end);
    return [];
  }
  const attempt = delivery.attempts + 1;
  const leasedUntil = new Date(act.now.getTime() + LEASE_SECONDS * 1_000);
  await updateDelivery(act.tx, delivery, { attempts: attempt, leasedUntil });
  const event = await eventOf(act, webhook, delivery);
  const { body, contentType } = writeEvent(event);
  const signed = signedHeaders({ id: event.id, at: act.now, body }, secrets);
  const message = { url: webhook.url, headers: { ...signed, 'content-type': contentType }, body };
  const { id: deliveryId, number } = delivery;
  return [{ deliveryId, webhookId: webhook.id, attempt, number, message }];
}

/** Null when the root secret that sealed them is gone. */
function readableSecrets(act: Act, webhook: Webhook): string[] | null {
  try {
    return secretsOf(act, webhook);
  } catch (error) {
    if (error instanceof SealedTextError) return null;
    throw error;
  }
}

async function eventOf(act: Act, webhook: Webhook, { id, auditId, number, type, queuedAt }: Delivery) {
  const row = auditId === null ? null : await findAuditRow(act.tx, act.service.id, auditId);
  const rows = row && number !== null ? [{ ...row, number, type }] : [];
  const [event] = await viewEvents(act, rows, { isPersonal: webhook.includesPersonal });
  const test = { webhook: webhook.name, message: 'It works. Nothing happened.' };
  return (
    event ?? {
      id,
      type,
      source: act.policy.resourceId,
      subject: null,
      at: queuedAt,
      number: null,
      data: test,
    }
  );
}
