// Reports when an old index begins to answer, and when there is a trusted one again.
import type { Follower } from '../follow/follower.ts';

const LOOK_MS = 1_000;

/** Calls `tell` once at the beginning and once at the end, even if no further check comes. */
export function createStaleWatch(follower: Pick<Follower, 'trusted'>, tell: (isStale: boolean) => void) {
  let timer: NodeJS.Timeout | undefined;
  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }
  return {
    /** To be called when an old index answers. */
    note(): void {
      if (timer) return;
      tell(true);
      timer = setInterval(() => {
        if (follower.trusted() === null) return;
        stop();
        tell(false);
      }, LOOK_MS);
    },
    stop,
  };
}
