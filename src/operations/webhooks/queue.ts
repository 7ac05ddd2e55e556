import { listNumberedRows } from '../../db/audit/rows.ts';
import { newId } from '../../db/ids.ts';
import { countWaiting, insertDeliveries } from '../../db/webhooks/deliveries.ts';
import { lockActiveWebhooks, noteOfWebhook, type Webhook } from '../../db/webhooks/webhooks.ts';
import { eventTypeOf } from '../../domain/event-types.ts';
import { type Act, defineOperation, SYSTEM } from '../frame/operation.ts';
import { hoursAfter } from '../frame/outbox.ts';
import { GIVEN_UP_AFTER_HOURS } from './retry-schedule.ts';

/** Of a receiver that doesn't keep up, so many events wait here. The others wait in the audit. */
const MAX_WAITING = 1_000;
const ROWS_AT_ONCE = 500;

/**
 * Queues the events of the chain's next rows for each webhook, at most those of 500 rows. What happened more than three days
 * ago, or before the webhook was made, isn't sent. `hasMore`: there are more rows. `hasWebhooks`: one is active.
 */
export const queueEvents = defineOperation({
  name: 'webhooks/queue',
  allowed: SYSTEM,
  effect: 'bookkeeping',
  input: {},
  async run(act): Promise<{ hasWebhooks: boolean; hasMore: boolean }> {
    const serviceId = act.service.id;
    const webhooks = await lockActiveWebhooks(act.tx, serviceId);
    if (webhooks.length === 0) return { hasWebhooks: false, hasMore: false };
    const waiting = await countWaiting(act.tx, { serviceId, now: act.now });
    // Most webhooks are at the same place.
    const pages = new Map<number, ReturnType<typeof listNumberedRows>>();
    const rowsAfter = (afterNumber: number) => {
      const page =
        pages.get(afterNumber) ?? listNumberedRows(act.tx, { serviceId, afterNumber, limit: ROWS_AT_ONCE });
      pages.set(afterNumber, page);
      return page;
    };
    let hasMore = false;
    for (const webhook of webhooks) {
      const places = MAX_WAITING - (waiting.get(webhook.id)?.waiting ?? 0);
      if (places > 0)
        hasMore = (await queueFor(act, webhook, await rowsAfter(webhook.position), places)) || hasMore;
    }
    return { hasWebhooks: true, hasMore };
  },
});

type Rows = Awaited<ReturnType<typeof listNumberedRows>>;

async function queueFor(act: Act, webhook: Webhook, rows: Rows, places: number): Promise<boolean> {
  const tooOld = hoursAfter(act.now, -GIVEN_UP_AFTER_HOURS);
  const since = Math.max(webhook.sendsSince.getTime(), tooOld.getTime());
  const queued: Parameters<typeof insertDeliveries>[1] = [];
  let position = webhook.position;
  for (const row of rows) {
    if (queued.length >= places) break;
    position = row.number;
    const type = row.at.getTime() >= since ? eventTypeOf(row, webhook.types) : null;
    if (type === null) continue;
    queued.push({
      ...{ serviceId: row.serviceId, id: newId(act.now, act.random), webhookId: webhook.id },
      ...{ auditId: row.id, number: row.number, type, state: 'waiting', attempts: 0 },
      ...{ queuedAt: act.now, nextAttemptAt: act.now },
    });
  }
  await insertDeliveries(act.tx, queued);
  if (position !== webhook.position) await noteOfWebhook(act.tx, webhook, { position });
  return rows.length === ROWS_AT_ONCE && queued.length < places;
}
