// The background tasks and their schedules, on graphile-worker.
import { Logger, type Runner, run, type TaskList } from 'graphile-worker';
import type { Log } from '../log.ts';
import { createPublicRequestTask } from './answer-public-request.ts';
import { createDeliverMail } from './deliver-mail.ts';
import type { AboutApproval, JobMeans, News } from './means.ts';

const CONCURRENCY = 4;
const POLL_MS = 2_000;

/** Starts the worker. `means.surfaces` is what only a surface can do: paint a card, write to an operator. */
export async function startWorker(databaseUrl: string, means: JobMeans): Promise<Runner> {
  const tasks: TaskList = {
    'deliver-mail': createDeliverMail(means),
    'answer-public-request': createPublicRequestTask(means),
    'repaint-cards': async (payload) => means.surfaces().repaintCards(payload as { accountId: string }),
    'tell-operator': async (payload) => means.surfaces().tellOperator(payload as News),
    'repaint-approval': async (payload) => means.surfaces().repaintApproval(payload as AboutApproval),
    'tell-requester': async (payload) => means.surfaces().tellRequester(payload as AboutApproval),
    'remind-of-approval': async (payload) => means.surfaces().remindOfApproval(payload as AboutApproval),
    'post-notice': async (payload) => means.surfaces().postNotice(payload as { auditId: string }),
    'tell-of-lost-operator': async (payload) =>
      means.surfaces().tellOfLostOperator(payload as { person: string }),
    'every-minute': () => means.everyMinute(),
  };
  return run({
    connectionString: databaseUrl,
    concurrency: CONCURRENCY,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    taskList: tasks,
    crontab: '* * * * * every-minute',
    logger: quietLogger(means.log),
  });
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
