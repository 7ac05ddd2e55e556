// Sends events to webhooks: one sender for each service of a process. It is beside the worker, because receivers may take as
// long as they want, and must not hold a place there that a mail needs. What is sent, and when, is in rows with a lease:
// several processes share the work, and nothing is lost with one that dies.
import { setTimeout as delay } from 'node:timers/promises';
import { SEND_TIMEOUT_MS, sendMessage } from '../../events/send.ts';
import type { Log } from '../../log.ts';
import type { Context } from '../../operations/frame/context.ts';
import { type ClaimedEvent, claimEvents } from '../../operations/webhooks/claim.ts';
import { queueEvents } from '../../operations/webhooks/queue.ts';
import { reportWebhookTrouble } from '../../operations/webhooks/report-trouble.ts';
import { settleEvent } from '../../operations/webhooks/settle.ts';
import { linkAndLog } from './link-audit.ts';

/** However much changes, it looks at the audit this often at most. */
const PACE_MS = 1_000;
/** The minute's work wakes it, so only a sooner attempt needs a timer. */
const MINUTE_MS = 60_000;
const MAX_IN_FLIGHT = 100;
const STOP_GRACE_MS = 2_000;

export type WebhookSender = {
  /** Something changed, or may be due. Returns at once. */
  wake(): void;
  /** Waits a little for what is being sent. What isn't settled then is sent again, under the same id. */
  stop(): Promise<void>;
};

type SenderOptions = {
  log: Log;
  context(): Context;
  /** For tests. */
  paceMs?: number;
};

export function createWebhookSender({ log, context, paceMs = PACE_MS }: SenderOptions): WebhookSender {
  const inFlight = new Set<Promise<void>>();
  const ended = new AbortController();
  let running: Promise<void> | null = null;
  let isStopped = false;
  const timer = createPacedTimer(paceMs, () => take(look));

  /** One piece of work after the other: each sees what the former one claimed. */
  function take(work: () => Promise<void>): void {
    if (isStopped) return;
    const after: Promise<void> = (running ?? Promise.resolve()).then(work).catch((error: unknown) => {
      log.warn({ err: error }, 'webhooks: not now, but in a minute');
    });
    running = after;
  }

  async function look(): Promise<void> {
    const { hasWebhooks, hasMore } = await queueEvents(context(), {});
    if (!hasWebhooks) return;
    const linked = await linkAndLog({ context: context(), log });
    const more = linked > 0 ? await queueEvents(context(), {}) : { hasMore };
    if (more.hasMore) timer.wakeIn(0);
    await claim();
  }

  async function claim(): Promise<void> {
    const limit = MAX_IN_FLIGHT - inFlight.size;
    if (limit <= 0) return;
    const { claimed, next } = await claimEvents(context(), { limit });
    for (const event of claimed) {
      const sending: Promise<void> = deliver(event).finally(() => {
        inFlight.delete(sending);
        take(claim);
      });
      inFlight.add(sending);
    }
    const untilNext = next ? next.getTime() - context().clock().getTime() : MINUTE_MS;
    if (untilNext < MINUTE_MS) timer.wakeIn(untilNext);
  }

  async function deliver(event: ClaimedEvent): Promise<void> {
    const { message, deliveryId, webhookId, attempt, number } = event;
    try {
      const { webhookHosts: hosts } = context().policy;
      const outcome = await sendMessage(message, { hosts, signal: ended.signal });
      if (ended.signal.aborted && outcome.status === null) return;
      const { isTroubled } = await settleEvent(context(), { deliveryId, attempt, ...outcome });
      log.info({ webhook: { id: webhookId, event: number, attempt, ...outcome } }, 'webhook');
      if (isTroubled) await reportWebhookTrouble(context(), { webhookId });
    } catch (error) {
      log.warn({ err: error, webhookId }, 'a webhook was not settled: the event is sent again');
    }
  }

  return {
    wake: () => timer.wakeIn(0),
    async stop() {
      isStopped = true;
      timer.stop();
      await running;
      const all = Promise.all(inFlight);
      await Promise.race([all, delay(STOP_GRACE_MS, undefined, { ref: false })]);
      ended.abort();
      await Promise.race([all, delay(SEND_TIMEOUT_MS, undefined, { ref: false })]);
    },
  };
}

/** Runs once at the soonest moment that was asked for, and no sooner than `paceMs` after the last run. */
function createPacedTimer(paceMs: number, run: () => void) {
  let timer: { at: number; handle: NodeJS.Timeout } | null = null;
  let lastRunAt = -paceMs;
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    if (timer) clearTimeout(timer.handle);
  };
  function wakeIn(ms: number): void {
    const now = performance.now();
    const at = Math.max(now + ms, lastRunAt + paceMs);
    if (isStopped || (timer && timer.at <= at)) return;
    if (timer) clearTimeout(timer.handle);
    const handle = setTimeout(() => {
      timer = null;
      lastRunAt = performance.now();
      run();
    }, at - now);
    handle.unref();
    timer = { at, handle };
  }
  return { wakeIn, stop };
}
