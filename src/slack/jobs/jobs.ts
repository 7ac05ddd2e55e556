// What background tasks do at Slack, by the name that `src/jobs` knows.
import { remindOfApproval, repaintApproval, tellRequester } from './approvals.ts';
import { repaintCards, repaintSignUps, repaintSubscription } from './cards.ts';
import type { SlackJobDependencies } from './dependencies.ts';
import { showImport } from './imports.ts';
import { postNotice, tellOfEndingToken, tellOfLostOperator, tellOfOutage, tellOperator } from './notices.ts';

export type SlackJobs = ReturnType<typeof createSlackJobs>;

export function createSlackJobs(dependencies: SlackJobDependencies) {
  const bound =
    <Rest extends unknown[], Result>(job: (dependencies: SlackJobDependencies, ...rest: Rest) => Result) =>
    (...rest: Rest): Result =>
      job(dependencies, ...rest);
  return {
    repaintCards: bound(repaintCards),
    repaintSubscription: bound(repaintSubscription),
    repaintSignUps: bound(repaintSignUps),
    repaintApproval: bound(repaintApproval),
    tellRequester: bound(tellRequester),
    remindOfApproval: bound(remindOfApproval),
    postNotice: bound(postNotice),
    tellOperator: bound(tellOperator),
    tellOfOutage: bound(tellOfOutage),
    tellOfEndingToken: bound(tellOfEndingToken),
    tellOfLostOperator: bound(tellOfLostOperator),
    showImport: bound(showImport),
  };
}
