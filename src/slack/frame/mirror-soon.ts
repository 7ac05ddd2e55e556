import { setTimeout as delay } from 'node:timers/promises';
import type { MirrorView } from '../../operations/azure/order-view.ts';
import { showOrder } from '../../operations/azure/show-order.ts';
import type { SlackRequest } from './feature.ts';

/** Most changes are in Azure by then, and Slack still waits for the reply. */
const PATIENCE_MS = 1_000;
const LOOK_EVERY_MS = 100;

/** Azure's part of a change that was just made. Waits a moment for it, unless it is known that it takes longer. */
export async function mirrorSoon(
  { context }: SlackRequest,
  of: { kind: 'account' | 'subscription'; id: string },
): Promise<MirrorView | null> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const mirror = await showOrder(context, of);
    const isOnItsWay = mirror?.order?.state === 'waiting' && !mirror.order.code && !mirror.trouble;
    if (!isOnItsWay || performance.now() > until) return mirror;
    await delay(LOOK_EVERY_MS);
  }
}
