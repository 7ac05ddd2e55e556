// Counts the calls of each limited subscription in fixed windows, in this process.
import { type Rate, type Share, shareOf } from '../../domain/call-limits.ts';
import type { CallingSubscription } from '../../domain/may-call.ts';
import { createRecent } from './recent.ts';

/** The longest window. One that is not looked up for this long is over, whatever the clock says. */
const MAX_WINDOW_MS = 300_000;

type Window = { createdAt: number; number: number; calls: number };
/** `left`: calls that would still pass in this process. */
export type TakenRate = { isTaken: boolean; left: number; endsInMs: number };

export function createRates(elapsed: () => number) {
  const windows = createRecent<Window>(MAX_WINDOW_MS, elapsed);

  /** A clock that was put back stays in the window that it left, so that no call passes twice. */
  function windowOf({ id, createdAt }: CallingSubscription, number: number): Window {
    const known = windows.get(id);
    if (known?.createdAt === createdAt && known.number >= number) {
      known.number = number;
      return known;
    }
    const window = { createdAt, number, calls: 0 };
    windows.set(id, window);
    return window;
  }

  return {
    /** Takes one call from the window that `nowMs` lies in, unless this process' share of it is used up. */
    take(subscription: CallingSubscription, rate: Rate, share: Share, nowMs: number): TakenRate {
      const lengthMs = rate.seconds * 1_000;
      const window = windowOf(subscription, Math.floor(nowMs / lengthMs));
      const allowed = shareOf(rate.calls, share);
      const isTaken = window.calls < allowed;
      if (isTaken) window.calls += 1;
      return { isTaken, left: Math.max(0, allowed - window.calls), endsInMs: lengthMs - (nowMs % lengthMs) };
    },
  };
}
