// Keeps the index true, from one connection to the next, and knows when it can't be sure of it.
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';
import type { CallIndex } from './call-index.ts';
import { followChanges } from './session.ts';
import type { GatewaySource } from './source.ts';

/** An index whose last heartbeat is older may have missed something. */
const TRUSTED_MS = 2_000;
const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;

export type Follower = ReturnType<typeof createFollower>;

/** `now` is a clock that never jumps, in milliseconds. `keepsLast`: what can't be trusted any more may still be wanted. */
export function createFollower(options: {
  source: GatewaySource;
  log: Log;
  keepsLast: boolean;
  now?: () => number;
}) {
  const { source, log, keepsLast, now = () => performance.now() } = options;
  const stopping = new AbortController();
  let index: CallIndex | null = null;
  /** When the last heartbeat that came back was sent. */
  let heardAt = Number.NEGATIVE_INFINITY;
  /** When the index was last known to be complete. */
  let completeAt = Number.NEGATIVE_INFINITY;
  /** When this process last committed something: a heartbeat from before says nothing of it. */
  let committedAt = Number.NEGATIVE_INFINITY;
  let isLoaded = false;
  let beatNow = () => {};

  async function followOnce(): Promise<void> {
    try {
      await followChanges(
        source,
        now,
        {
          opened(beat) {
            beatNow = beat;
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
        },
        stopping.signal,
      );
    } catch (error) {
      if (!stopping.signal.aborted) log.warn({ err: error }, 'gateway index not trusted');
    }
    heardAt = Number.NEGATIVE_INFINITY;
    beatNow = () => {};
    if (!keepsLast) index = null;
  }

  async function followOnAndOn(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (!stopping.signal.aborted) {
      const startedAt = now();
      await followOnce();
      retryMs = now() - startedAt > MAX_RETRY_MS ? FIRST_RETRY_MS : Math.min(retryMs * 2, MAX_RETRY_MS);
      await delay(retryMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }

  const isTrusted = () => heardAt >= committedAt && now() - heardAt <= TRUSTED_MS;
  return {
    start: () => void followOnAndOn(),
    stop: () => stopping.abort(),
    /** The index, while it is sure that every change that was committed is in it. */
    trusted: (): CallIndex | null => (index && isTrusted() ? index : null),
    /** The index, whether it can be trusted or not, and for how long nothing may have reached it. */
    last: (): { index: CallIndex; ageMs: number } | null =>
      index && { index, ageMs: Math.max(0, now() - completeAt) },
    /** Said right after each commit of this process: until it has come round, the index is not asked. */
    noteCommit(): void {
      committedAt = now();
      beatNow();
    },
    /** Whether it has been loaded once. */
    isLoaded: () => isLoaded,
  };
}
