import type { SlackDependencies } from './dispatcher.ts';

/** Runs the work after the acknowledgement, and only once however often Slack delivers the request. */
export type RunOnce = (receiptId: unknown, work: () => Promise<void>) => void;

export type RunInBackground = (work: () => Promise<void>) => void;

export function createRunOnce(dependencies: SlackDependencies, runInBackground: RunInBackground): RunOnce {
  const { teamId, clock, takeReceipt } = dependencies;
  return (receiptId, work) =>
    runInBackground(async () => {
      const receipt = { teamId, kind: 'request', id: String(receiptId), receivedAt: clock() };
      if (await takeReceipt(receipt)) await work();
    });
}
