// The functions that run Slack's jobs of `src/domain/jobs.ts`.
import type { JobFunctions } from '../../domain/jobs.ts';
import type { BatchReport } from '../../operations/batches/run-slice.ts';
import { repaintAnnouncement } from './announcements.ts';
import { remindOfApproval, repaintApproval, tellRequester } from './approvals.ts';
import { type BatchMessage, showBatch } from './batches.ts';
import {
  closeLeakedKeyCard,
  repaintCards,
  repaintInvitations,
  repaintLeakedKey,
  repaintSignUps,
  repaintSubscription,
} from './cards.ts';
import type { SlackJobDependencies } from './dependencies.ts';
import { closeDriftCard, repaintDrift } from './drifts.ts';
import { deleteExportedFile, sendExport } from './exports.ts';
import {
  postDigest,
  postNotice,
  tellOfEndingToken,
  tellOfLostOperator,
  tellOfOutage,
  tellOperator,
} from './notices.ts';
import { confirmPerson } from './people.ts';
import { repaintReview, sendReviewReport, tellOfReview } from './reviews.ts';

export type SlackJobs = ReturnType<typeof createSlackJobs>;

/** Each job is given the dependencies of the service that its input names; `dependenciesOf` throws for an unknown one. */
export function createSlackJobs(
  dependenciesOf: (serviceId: string) => SlackJobDependencies,
  takeUp: (request: { kind: string; id: string }) => Promise<void>,
) {
  const bound =
    <Input extends { serviceId: string }, Result>(
      job: (dependencies: SlackJobDependencies, input: Input) => Promise<Result>,
    ) =>
    async (input: Input): Promise<Result> =>
      job(dependenciesOf(input.serviceId), input);
  const jobs: JobFunctions<'slack'> = {
    'answer-slack-request': takeUp,
    'repaint-cards': bound(repaintCards),
    'repaint-subscription': bound(repaintSubscription),
    'repaint-sign-ups': bound(repaintSignUps),
    'repaint-approval': bound(repaintApproval),
    'repaint-invitations': bound(repaintInvitations),
    'repaint-announcement': bound(repaintAnnouncement),
    'repaint-drift': bound(repaintDrift),
    'repaint-leaked-key': bound(repaintLeakedKey),
    'close-leaked-key-card': bound(closeLeakedKeyCard),
    'close-drift-card': bound(closeDriftCard),
    'send-export': bound(sendExport),
    'delete-exported-file': bound(deleteExportedFile),
    'tell-requester': bound(tellRequester),
    'remind-of-approval': bound(remindOfApproval),
    'repaint-review': bound(repaintReview),
    'tell-of-review': bound(tellOfReview),
    'send-review-report': bound(sendReviewReport),
    'post-notice': bound(postNotice),
    'post-digest': bound(postDigest),
    'tell-operator': bound(tellOperator),
    'tell-of-outage': bound(tellOfOutage),
    'tell-of-ending-token': bound(tellOfEndingToken),
    'tell-of-lost-operator': bound(tellOfLostOperator),
    'confirm-operator': bound(confirmPerson),
  };
  return {
    ...jobs,
    showBatch: async (report: BatchReport, message: BatchMessage & { serviceId: string }) =>
      showBatch(dependenciesOf(message.serviceId), report, message),
  };
}
