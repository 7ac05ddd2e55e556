// Asks several times a minute whether the work of each minute is due. graphile-worker's own crontab goes by the time of
// the process, and stands still for as long as that was ahead.
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../log.ts';

const ASKED_EVERY_MS = 10_000;

/** Calls `addIfDue` every 10 seconds of elapsed time, whatever the clock says, until it is stopped. */
export function startTimer(addIfDue: () => Promise<void>, log: Log): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let isFailing = false;
  const running = (async () => {
    for (;;) {
      await delay(ASKED_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {});
      if (stopping.signal.aborted) return;
      try {
        await addIfDue();
        isFailing = false;
      } catch (error) {
        if (!isFailing) log.warn({ err: error }, "this minute's work was not queued");
        isFailing = true;
      }
    }
  })();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}
