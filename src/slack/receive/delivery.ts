// Carries each request from its arrival to its acknowledgement. A process that dies in between has not acknowledged it,
// so Slack tells the person, or delivers the event again.
import { type Acknowledgement, createAcknowledgement } from './acknowledgement.ts';
import type { SlackDependencies } from './dispatcher.ts';

/** Slack waits three seconds. Work that takes longer than this is acknowledged before it is done. */
const HOLD_MS = 1_000;

export type Arrival = {
  /** The same for each delivery of the request. */
  receiptId: unknown;
  /** In `performance.now()`. */
  at: number;
  acknowledge(answer?: object): Promise<void>;
  /** Acknowledges work that goes on. */
  working?: object;
  work(acknowledgement: Acknowledgement): Promise<void>;
};

export type Deliver = (arrival: Arrival) => void;

export type RunInBackground = (work: () => Promise<void>) => void;

export function createDeliver(dependencies: SlackDependencies, runInBackground: RunInBackground): Deliver {
  return (arrival) => runInBackground(() => deliver(dependencies, arrival));
}

/** Does the work once, however often Slack delivers the request. Throws, and acknowledges nothing, when it can't begin. */
async function deliver(
  { teamId, clock, takeReceipt, limitConcurrency }: SlackDependencies,
  { receiptId, at, acknowledge, working, work }: Arrival,
): Promise<void> {
  const acknowledgement = createAcknowledgement(at, acknowledge);
  const receipt = { teamId, kind: 'request', id: String(receiptId), receivedAt: clock() };
  // A repeat gets an empty acknowledgement: replaying a request reveals nothing.
  if (!(await takeReceipt(receipt))) return acknowledgement.send();
  const running = limitConcurrency(() => work(acknowledgement));
  const heldUntil = setTimeout(
    () => {
      // What fails here is a request that Bolt has given up, and Slack has told the person so.
      acknowledgement.send(working).catch(() => {});
    },
    HOLD_MS - (performance.now() - at),
  );
  try {
    await running;
    await acknowledgement.send();
  } finally {
    clearTimeout(heldUntil);
  }
}
