// Runs the background jobs on graphile-worker.
import { EventEmitter } from 'node:events';
import { Logger, run, type TaskList, type WorkerEvents } from 'graphile-worker';
import type { Database } from '../db/connection/connect.ts';
import type { JobPool } from '../db/outbox/job-pool.ts';
import { MINUTELY_JOB, writeOffJobs } from '../db/outbox/jobs.ts';
import type { Log } from '../log.ts';

const CONCURRENCY = 4;
const POLL_MS = 2_000;

type WorkerOptions = { log: Log; db: Database; tasks: TaskList; everyMinute(): Promise<void> };

/** Starts the worker. `stop` resolves when no job runs and none is left locked. */
export async function startWorker(
  jobPool: JobPool,
  { log, db, tasks, everyMinute }: WorkerOptions,
): Promise<{ stop(): Promise<void> }> {
  const events: WorkerEvents = new EventEmitter();
  const pools = new Set<string>();
  // The latest are enough: only the last jobs before a stop can be left locked.
  const succeeded = new Set<string>();
  events.on('pool:create', ({ workerPool }) => pools.add(workerPool.id));
  events.on('job:success', ({ job }) => {
    succeeded.add(job.id);
    if (succeeded.size > CONCURRENCY * 10) succeeded.delete(succeeded.values().next().value ?? '');
  });
  const runner = await run({
    pgPool: jobPool.pool,
    events,
    concurrency: CONCURRENCY,
    pollInterval: POLL_MS,
    noHandleSignals: true,
    taskList: { ...tasks, [MINUTELY_JOB]: everyMinute },
    logger: quietLogger(log),
  });
  return {
    async stop() {
      await Promise.race([jobPool.giveUp(), runner.stop()]);
      await jobPool.close();
      await writeOffJobs(db, { workers: [...pools], succeeded: [...succeeded] });
    },
  };
}

/** graphile-worker's messages hold payloads, so the log gets only the job's name and the error. */
function quietLogger(log: Log): Logger {
  return new Logger((scope) => (level, _message, meta) => {
    if (level !== 'error' && level !== 'warning') return;
    log.warn(
      { job: scope.taskIdentifier, err: meta && 'error' in meta ? meta.error : undefined },
      'job trouble',
    );
  });
}
