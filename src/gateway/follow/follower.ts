// Keeps the index up to date, from one connection to the next, and knows whether it can be trusted.
import { setTimeout as delay } from 'node:timers/promises';
import type { Share } from '../../domain/call-limits.ts';
import { type FollowerBeat, GATEWAY_LEASE_MS } from '../../domain/gateway-rows.ts';
import type { Log } from '../../log.ts';
import type { CallIndex } from '../index/call-index.ts';
import type { GatewaySource } from '../source.ts';
import { followChanges, type IndexListener, type Mirror } from './follow-changes.ts';

const HEARTBEAT_MS = 1_000;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 2_000;

type FollowerOptions = {
  source: GatewaySource;
  log: Log;
  writeUsage: IndexListener['writeUsage'];
  isAnswering: IndexListener['isAnswering'];
  /** Whether to keep an index that can't be trusted any more. */
  keepsLast: boolean;
  mirror?: Mirror | null;
  /** Called with the reason of each connection that ended. */
  noteLoss?: (error: unknown) => void;
  kind?: FollowerBeat['kind'];
  heartbeatMs?: number;
  /** A clock that never jumps, in milliseconds. */
  now?: () => number;
};

export type Follower = ReturnType<typeof createFollower>;

export function createFollower({
  source,
  log,
  keepsLast,
  writeUsage,
  isAnswering,
  mirror = null,
  noteLoss = (error) => log.warn({ err: error }, 'gateway index not trusted'),
  kind = 'process',
  heartbeatMs = HEARTBEAT_MS,
  now = () => performance.now(),
}: FollowerOptions) {
  const stopping = new AbortController();
  const { signal } = stopping;
  let index: CallIndex | null = null;
  /** When the last heartbeat that came back was sent. */
  let heardAt = Number.NEGATIVE_INFINITY;
  /** When the index was last known to be complete. */
  let completeAt = Number.NEGATIVE_INFINITY;
  let share: Share | null = null;
  let sharedAt = Number.NEGATIVE_INFINITY;
  let isLoaded = false;
  let following: Promise<void> | undefined;

  const listener: IndexListener = {
    writeUsage,
    isAnswering,
    shared(newShare) {
      share = newShare;
      if (newShare.of > 1) sharedAt = now();
    },
    loaded(loaded) {
      index = loaded;
      completeAt = now();
      isLoaded = true;
      log.info(loaded.size, 'gateway index loaded');
    },
    heard(sentAt) {
      heardAt = completeAt = sentAt;
    },
    lost() {
      heardAt = Number.NEGATIVE_INFINITY;
      if (!keepsLast) index = null;
    },
  };
  async function followOnce(): Promise<void> {
    try {
      await followChanges({ source, now, listener, mirror, kind, heartbeatMs, signal });
    } catch (error) {
      if (!signal.aborted) noteLoss(error);
    }
  }

  // An index whose last heartbeat is older may have missed a change.
  const isTrusted = () => now() - heardAt <= GATEWAY_LEASE_MS;
  return {
    start(): void {
      following = repeat(followOnce, now, signal);
    },
    async stop(): Promise<void> {
      stopping.abort();
      await following;
    },
    /** The index, while it surely has every committed change. */
    trusted: (): CallIndex | null => (index && isTrusted() ? index : null),
    /** The index, trusted or not, and how long ago it was complete. */
    last: (): { index: CallIndex; ageMs: number } | null =>
      index && { index, ageMs: Math.max(0, now() - completeAt) },
    /** The part of each rate that is this process' own; null before its first heartbeat. */
    share: () => share,
    /** When a heartbeat last said that others answer too. */
    sharedAt: () => sharedAt,
    /** Whether the index was loaded once. */
    isLoaded: () => isLoaded,
  };
}

/** Restarts the work whenever it ends. The pauses double while it ends soon after its start. */
async function repeat(work: () => Promise<void>, now: () => number, signal: AbortSignal): Promise<void> {
  let retryMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    const startedAt = now();
    await work();
    retryMs = now() - startedAt > MAX_RETRY_MS ? FIRST_RETRY_MS : Math.min(retryMs * 2, MAX_RETRY_MS);
    await delay(retryMs, undefined, { signal }).catch(() => {});
  }
}
