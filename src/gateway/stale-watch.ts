// From the first call that an old index answered until there is one that can be trusted again.
import type { Follower } from './follower.ts';

const LOOK_MS = 1_000;

/** `tell` hears when it begins and when it has ended, once each, whether calls come meanwhile or not. */
export function createStaleWatch(follower: Pick<Follower, 'trusted'>, tell: (isStale: boolean) => void) {
  let timer: NodeJS.Timeout | undefined;
  function stop(): void {
    clearInterval(timer);
    timer = undefined;
  }
  return {
    /** An old index answers. */
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
