// Keeps a gateway like the index that the agent follows.
import { setTimeout as delay } from 'node:timers/promises';
import type { Share } from '../../domain/call-limits.ts';
import { GATEWAY_LEASE_MS } from '../../domain/gateway-rows.ts';
import type { Mirror } from '../follow/follow-changes.ts';
import type { Carrier } from '../pushed/carrier.ts';
import type { PushedMaps } from '../pushed/maps.ts';

const RETRY_MS = 500;

/** The reason of a connection that ended because the gateway could not be fed. */
class GatewayFailure extends Error {
  readonly code = 'gateway_failed';
}

/** Times are on the clock of `performance.now()`. */
export type GatewayMirror = Mirror & {
  /** What the gateway was told last: until when it may answer, and how old its facts are; null while they are complete. */
  lease(): { endsAt: number; staleSeconds: number | null };
  /** Whether the gateway has all that the maps say. */
  isInStep(): boolean;
  /** Lets the gateway answer by old facts. */
  goOn(endsAt: number, staleSeconds: number): Promise<void>;
};

/** `share` gives null before the first heartbeat. `noteFailure` gets each error of the gateway. */
export function createGatewayMirror(options: {
  carrier: Carrier;
  maps: PushedMaps;
  share: () => Share | null;
  noteFailure(error: unknown): void;
  /** The gateway has counted calls of a subscription with a rate. */
  noteLimitedCalls(): void;
}): GatewayMirror {
  const { carrier, maps } = options;
  let isInStep = false;
  let hasChanges = false;
  let lease = { endsAt: Number.NEGATIVE_INFINITY, staleSeconds: null as number | null };
  let lastTurn: Promise<unknown> = Promise.resolve();

  /** The last work for one connection ends before the first one for the next: it builds on what the gateway has. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const turn = lastTurn.then(work);
    lastTurn = turn.catch(() => {});
    return turn;
  }
  async function isFed(feed: () => Promise<void>): Promise<boolean> {
    isInStep = false;
    isInStep = await feed().then(
      () => true,
      (error: unknown) => {
        options.noteFailure(error);
        return false;
      },
    );
    return isInStep;
  }
  async function keepAlive(endsAt: number, staleSeconds: number | null): Promise<void> {
    const share = options.share();
    if (!share) return;
    try {
      if (await carrier.keepAlive({ endsAt, staleSeconds, share })) options.noteLimitedCalls();
      lease = { endsAt, staleSeconds };
    } catch (error) {
      // It may have been restarted.
      isInStep = false;
      options.noteFailure(error);
      throw new GatewayFailure();
    }
  }

  return {
    load: (index, signal) =>
      inTurn(async () => {
        hasChanges = false;
        if (isInStep && (await isFed(async () => carrier.apply(await maps.difference(index))))) return;
        // The connection stays, so a gateway that comes back needs no other one.
        while (!(await isFed(() => carrier.load(maps.entries(index)))))
          await delay(RETRY_MS, undefined, { signal });
      }),
    remember(batch) {
      hasChanges ||= [batch.account, batch.subscription, batch.product, batch.api].some(
        ({ length }) => length > 0,
      );
      maps.remember(batch);
    },
    apply: () =>
      inTurn(async () => {
        if (!hasChanges) return;
        hasChanges = false;
        if (!(await isFed(() => carrier.apply(maps.changes())))) throw new GatewayFailure();
      }),
    heard: (sentAt) => keepAlive(sentAt + GATEWAY_LEASE_MS, null),
    goOn: keepAlive,
    lease: () => lease,
    isInStep: () => isInStep,
  };
}
