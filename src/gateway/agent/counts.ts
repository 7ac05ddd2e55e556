// Takes what a gateway has counted, and finds out whose calls they were.
import type { CountedCalls } from '../../domain/call-counts.ts';
import type { Carrier, DrainedCalls } from '../pushed/carrier.ts';
import type { PushedMaps } from '../pushed/maps.ts';

/** A gateway that counted calls of subscriptions with a rate this recently takes a share of each rate. */
const ANSWERING_MS = 60_000;

export function createCounts(options: {
  carrier: Carrier;
  maps: PushedMaps;
  /** Whether the maps know the gateway's tags. */
  isReady(): boolean;
  add(calls: CountedCalls): void;
}) {
  const { carrier, maps, isReady, add } = options;
  let countedAt = Number.NEGATIVE_INFINITY;
  let draining: Promise<void> | null = null;

  function noteLimitedCalls(): void {
    countedAt = performance.now();
  }
  function count({ subscriptionTag, keyMark, apiToken, outcome, calls }: DrainedCalls): void {
    const subscription = subscriptionTag === '' ? null : maps.subscriptionOfTag(subscriptionTag);
    const api = apiToken === '' ? null : maps.apiOfToken(apiToken);
    const productId = subscription
      ? subscription.productId
      : outcome === 'passed'
        ? api?.openProductId
        : null;
    if (subscription && maps.limitsOf(subscription).rate) noteLimitedCalls();
    add({
      subscription: subscription && { id: subscription.id, createdAt: subscription.createdAt },
      keyMark: subscription && keyMark,
      productId: productId ?? null,
      apiId: api?.id ?? null,
      outcome,
      calls,
      // The process that writes them knows the time.
      lastAt: performance.now(),
    });
  }
  async function drainAll(): Promise<void> {
    if (isReady()) for (const calls of await carrier.drain()) count(calls);
  }
  function drain(): Promise<void> {
    draining ??= drainAll().finally(() => {
      draining = null;
    });
    return draining;
  }
  return {
    drain,
    noteLimitedCalls,
    /** Also what was counted while a drain was under way. Rejects when the gateway can't say. */
    async drainNow(): Promise<void> {
      await draining?.catch(() => {});
      await drain();
    },
    isAnswering: (): boolean => performance.now() - countedAt < ANSWERING_MS,
  };
}
