// What the worker runs for each job of the table in `src/domain/jobs.ts`.
import type { TaskList } from 'graphile-worker';
import type { BoundInstance } from '../azure/bound-instance.ts';
import { JOB_NAMES, JOBS, type JobFunctions, type JobInput } from '../domain/jobs.ts';
import type { Log } from '../log.ts';
import type { MailDelivery } from '../mail/delivery/resend.ts';
import { nextAttemptDelaySeconds } from '../mail/delivery/retry-schedule.ts';
import { answerSignUp } from '../operations/accounts/answer-sign-up.ts';
import { advanceAnnouncement } from '../operations/announcements/advance.ts';
import { claimBatch } from '../operations/batches/claim.ts';
import { type BatchReport, runSlice } from '../operations/batches/run-slice.ts';
import { settleBatch } from '../operations/batches/settle.ts';
import type { Context } from '../operations/frame/context.ts';
import { claimMail } from '../operations/mails/claim.ts';
import { settleMail } from '../operations/mails/settle.ts';
import { giveSubscription } from '../operations/subscriptions/give.ts';
import { tellOfQuota } from '../operations/subscriptions/tell-of-quota.ts';
import { answerLinkRequest } from '../operations/tickets/answer-request.ts';
import { lookInAzure, pullFromAzure } from './azure-pull.ts';
import { sendOrders } from './azure-send.ts';
import { askWhoChanged } from './azure-who.ts';

/** Where a message is. Null until it is posted. */
type MessagePlace = { channelId: string | null; messageTs: string | null };

/** What the jobs need of Slack. */
type SlackWork = JobFunctions<'slack'> & {
  /**
   * Shows the progress of a batch, and at its end the result of each row. Writes to `slackUserId` while there is no message.
   * Returns the place of the message.
   */
  showBatch(
    report: BatchReport,
    message: MessagePlace & { serviceId: string; slackUserId: string },
  ): Promise<MessagePlace>;
};

export type JobDependencies = {
  log: Log;
  /** A context for work that no person asked for. Throws for a service of another process. */
  system(name: string, serviceId: string): Context;
  /** The instance of Azure API Management that a service is bound to; null for none. */
  azure(serviceId: string): BoundInstance | null;
  delivery: MailDelivery;
  from: string;
  replyTo: string;
  /** Throws while Slack is away; the job is retried. */
  slack(): SlackWork;
};

/** Each task checks its input against the table, so a queued job of another version fails instead of half running. */
export function createTasks(dependencies: JobDependencies): TaskList {
  const server = serverJobs(dependencies);
  const tasks = JOB_NAMES.map((name) => {
    const { input, runsIn } = JOBS[name];
    const run = async (payload: unknown) => {
      const functions = runsIn === 'slack' ? dependencies.slack() : server;
      // The table pairs each name with its input; the compiler can't follow that for a name that is a variable.
      const execute = functions[name as keyof typeof functions] as (input: unknown) => Promise<void>;
      await execute(input.parse(payload));
    };
    return [name, run];
  });
  return Object.fromEntries(tasks);
}

function serverJobs(dependencies: JobDependencies): JobFunctions<'server'> {
  const { system } = dependencies;
  return {
    'deliver-mail': (mail) => deliverMail(dependencies, mail),
    'run-batch': (one) => runBatch(dependencies, one),
    async 'answer-public-request'({ serviceId, kind, sealedEmail }) {
      await answerLinkRequest(system('public request', serviceId), { kind, sealedEmail });
    },
    async 'answer-sign-up'({ serviceId, sealedSignUp }) {
      await answerSignUp(system('public request', serviceId), { sealedSignUp });
    },
    async 'advance-announcement'({ serviceId, announcementId }) {
      await advanceAnnouncement(system('announcement', serviceId), { announcementId });
    },
    'azure-send': (orders) => sendOrders(dependencies, orders),
    'azure-pull': (service) => pullFromAzure(dependencies, service),
    'azure-look': (thing) => lookInAzure(dependencies, thing),
    'azure-who': (drift) => askWhoChanged(dependencies, drift),
    async 'give-product'({ serviceId, ...gift }) {
      await giveSubscription(system('rules', serviceId), gift);
    },
    async 'tell-of-quota'({ serviceId, subscriptionId, news }) {
      await tellOfQuota(system('quota', serviceId), { subscriptionId, news });
    },
  };
}

/** Tries once to send one mail: claims it, sends it outside any transaction, stores how that ended. */
export async function deliverMail(
  { system, delivery, from, replyTo, log }: JobDependencies,
  { serviceId, mailId }: JobInput<'deliver-mail'>,
): Promise<void> {
  const context = system('mail', serviceId);
  const claimed = await claimMail(context, { mailId });
  if (!claimed) return;
  const { attempt, message } = claimed;
  const outcome = await delivery.send({ id: mailId, from, replyTo, ...message });
  await settleMail(context, {
    mailId,
    attempt,
    outcome:
      outcome.kind === 'retry'
        ? {
            kind: 'retry',
            code: outcome.code,
            delaySeconds: nextAttemptDelaySeconds(attempt, context.random, outcome.retryAfterSeconds),
          }
        : outcome,
  });
  log.info({ mailId, attempt, outcome: outcome.kind }, 'mail');
}

/** Runs one slice and shows the progress in Slack. The next slice is a job of its own. */
async function runBatch(
  { system, slack, log }: JobDependencies,
  { serviceId, batchId }: JobInput<'run-batch'>,
): Promise<void> {
  const context = system('batch', serviceId);
  const claimed = await claimBatch(context, { batchId });
  if (!claimed) return;
  const report = await runSlice(context, claimed);
  const { state, position } = report;
  const { runner, leasedUntil } = claimed;
  const show = async () =>
    runner.kind === 'slack'
      ? slack().showBatch(report, { ...claimed.message, serviceId, slackUserId: runner.userId })
      : claimed.message;
  // The batch goes on when its progress can't be shown. Its end must be shown before its rows are deleted.
  const message = state === 'applying' ? await show().catch(() => claimed.message) : await show();
  await settleBatch(context, { batchId, leasedUntil, position, state, ...message });
  log.info({ batchId, kind: report.kind, position, state }, 'batch');
}
