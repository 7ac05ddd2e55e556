// The functions that run Slack's jobs of `src/domain/jobs.ts`.
import type { JobFunctions } from '../../domain/jobs.ts';
import { remindOfApproval, repaintApproval, tellRequester } from './approvals.ts';
import { repaintCards, repaintInvitations, repaintSignUps, repaintSubscription } from './cards.ts';
import type { SlackJobDependencies } from './dependencies.ts';
import { closeDriftCard, repaintDrift } from './drifts.ts';
import { showImport } from './imports.ts';
import { postNotice, tellOfEndingToken, tellOfLostOperator, tellOfOutage, tellOperator } from './notices.ts';
import { confirmPerson } from './people.ts';

export type SlackJobs = ReturnType<typeof createSlackJobs>;

export function createSlackJobs(dependencies: SlackJobDependencies) {
  const bound =
    <Rest extends unknown[], Result>(job: (dependencies: SlackJobDependencies, ...rest: Rest) => Result) =>
    (...rest: Rest): Result =>
      job(dependencies, ...rest);
  const jobs: JobFunctions<'slack'> = {
    'answer-slack-request': dependencies.takeUp,
    'repaint-cards': bound(repaintCards),
    'repaint-subscription': bound(repaintSubscription),
    'repaint-sign-ups': bound(repaintSignUps),
    'repaint-approval': bound(repaintApproval),
    // Replaced by the card of a difference with Azure.
    'repaint-invitations': bound(repaintInvitations),
    'repaint-drift': bound(repaintDrift),
    'close-drift-card': bound(closeDriftCard),
    'tell-requester': bound(tellRequester),
    'remind-of-approval': bound(remindOfApproval),
    'post-notice': bound(postNotice),
    'tell-operator': bound(tellOperator),
    'tell-of-outage': bound(tellOfOutage),
    'tell-of-ending-token': bound(tellOfEndingToken),
    'tell-of-lost-operator': bound(tellOfLostOperator),
    'confirm-operator': bound(confirmPerson),
  };
  return { ...jobs, showImport: bound(showImport) };
}
