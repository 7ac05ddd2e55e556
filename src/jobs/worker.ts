// The background tasks and their schedules, on graphile-worker.
import { EventEmitter } from 'node:events';
import { Logger, type RunnerOptions, run, type TaskList, type WorkerEvents } from 'graphile-worker';
import type { Log } from '../log.ts';
import { createPublicRequestTask, createSignUpTask } from './answer-public-request.ts';
import { createDeliverMail } from './deliver-mail.ts';
import type { AboutApproval, JobMeans, News, OutageNews } from './means.ts';
import { createRunImport } from './run-import.ts';

const CONCURRENCY = 4;
const POLL_MS = 2_000;

/** Its connections, which `app` makes. */
export type JobStore = {
  pool: NonNullable<RunnerOptions['pgPool']>;
  giveUp(): Promise<void>;
  close(): Promise<void>;
};

/** Starts the worker. `means.surfaces` is what only a surface can do: paint a card, write to an operator. */
export async function startWorker(store: JobStore, means: JobMeans): Promise<{ stop(): Promise<void> }> {
  const tasks: TaskList = {
    'deliver-mail': createDeliverMail(means),
    'answer-public-request': createPublicRequestTask(means),
    'answer-sign-up': createSignUpTask(means),
    'repaint-sign-ups': async (payload) => means.surfaces().repaintSignUps(payload as { summaryId: string }),
    'repaint-cards': async (payload) => means.surfaces().repaintCards(payload as { accountId: string }),
    'tell-operator': async (payload) => means.surfaces().tellOperator(payload as News),
    'repaint-approval': async (payload) => means.surfaces().repaintApproval(payload as AboutApproval),
    'repaint-subscription': async (payload) =>
      means.surfaces().repaintSubscription(payload as { subscriptionId: string }),
    'tell-requester': async (payload) => means.surfaces().tellRequester(payload as AboutApproval),
    'remind-of-approval': async (payload) => means.surfaces().remindOfApproval(payload as AboutApproval),
    'post-notice': async (payload) => means.surfaces().postNotice(payload as { auditId: string }),
    'tell-of-lost-operator': async (payload) =>
      means.surfaces().tellOfLostOperator(payload as { person: string }),
    'tell-of-outage': async (payload) => means.surfaces().tellOfOutage(payload as OutageNews),
    'run-import': createRunImport(means),
    'tell-of-ending-token': async (payload) =>
      means.surfaces().tellOfEndingToken(payload as { tokenId: string }),
    'every-minute': () => means.everyMinute(),
  };
  const events: WorkerEvents = new EventEmitter();
  const pools = new Set<string>();
  const succeeded = new Set<string>();
  events.on('pool:create', ({ workerPool }) => pools.add(workerPool.id));
  events.on('job:success', ({ job }) => {
    succeeded.add(job.id);
    if (succeeded.size > CONCURRENCY * 10) succeeded.delete(succeeded.values().next().value ?? '');
  });
  const runner = await run({
    pgPool: store.pool,
    events,
    concurrency: CONCURRENCY,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    taskList: tasks,
    crontab: '* * * * * every-minute',
    logger: quietLogger(means.log),
  });
  return {
    async stop() {
      await Promise.race([store.giveUp(), runner.stop()]);
      await store.close();
      await means.writeOffJobs({ workers: [...pools], succeeded: [...succeeded] });
    },
  };
}

/** graphile-worker's own words hold payloads; what a job was and how it ended is all that we keep. */
function quietLogger(log: Log): Logger {
  return new Logger((scope) => (level, _message, meta) => {
    if (level !== 'error' && level !== 'warning') return;
    log.warn(
      { job: scope.taskIdentifier, err: meta && 'error' in meta ? meta.error : undefined },
      'job trouble',
    );
  });
}
