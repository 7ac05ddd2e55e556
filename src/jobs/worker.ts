// Runs the background jobs on graphile-worker, and starts it again whenever it ends.
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger, type Runner, run, type TaskList, type WorkerEvents } from 'graphile-worker';
import type { Database } from '../db/connection/connect.ts';
import type { JobPool } from '../db/outbox/job-pool.ts';
import { MINUTELY_JOB, writeOffJobs } from '../db/outbox/jobs.ts';
import type { Log } from '../log.ts';
import { type Pace, runKey, startLiveness } from './liveness.ts';

/** Of these, at most three read and write Azure. */
const CONCURRENCY = 7;
const POLL_MS = 2_000;
const RESTART_MS = 1_000;
/** A worker with a free place looks for a job each `POLL_MS`. */
const SILENT_MS = 15_000;

type WorkerOptions = {
  log: Log;
  db: Database;
  tasks: TaskList;
  everyMinute(): Promise<void>;
  /** For tests. */
  pace?: Pace;
};

export type RunningWorker = {
  /** Rejects when jobs aren't run, or their ends can't be stored. */
  check(): Promise<void>;
  /** Resolves when no job runs and none is left locked. */
  stop(): Promise<void>;
};

/** Starts the worker in the background. */
export function startWorker(
  jobPool: JobPool,
  { log, db, tasks, everyMinute, pace }: WorkerOptions,
): RunningWorker {
  const { events, life } = watchWorker();
  const stopping = new AbortController();
  let runner: Promise<Runner> | null = null;
  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        runner = run({
          pgPool: jobPool.pool,
          events,
          concurrency: CONCURRENCY,
          pollInterval: POLL_MS,
          noHandleSignals: true,
          taskList: { ...tasks, [MINUTELY_JOB]: everyMinute },
          logger: quietLogger(log),
        });
        await (await runner).promise;
        if (!stopping.signal.aborted) log.error('worker ended');
      } catch (error) {
        log.error({ err: error }, 'worker ended');
      }
      await delay(RESTART_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  }
  void keepRunning();
  const liveness = startLiveness({ db, log, ourIds: life.ids, begun: life.begun, pace });
  return {
    async check() {
      const trouble = jobPool.trouble();
      if (trouble) throw trouble;
      if (!life.isRunning()) throw new Error('the worker looks for no jobs');
    },
    async stop() {
      stopping.abort();
      liveness.stop();
      await Promise.race([jobPool.giveUp(), runner?.then((running) => running.stop()).catch(() => {})]);
      await jobPool.close();
      await writeOffJobs(db, life.leftovers());
    },
  };
}

/** What the worker's events say: whether it lives, and what it may leave behind. */
function watchWorker() {
  const events: WorkerEvents = new EventEmitter();
  const pools = new Set<string>();
  // The latest are enough: only the last jobs before a stop can be left locked.
  const succeeded = new Set<string>();
  const begun = new Set<string>();
  let running = 0;
  let lookedAt = performance.now();
  const look = () => {
    lookedAt = performance.now();
  };
  events.on('pool:create', ({ workerPool }) => pools.add(workerPool.id));
  events.on('worker:getJob:empty', look);
  events.on('job:start', ({ job }) => {
    begun.add(runKey(job));
    running++;
    look();
  });
  events.on('job:complete', () => {
    running--;
  });
  events.on('job:success', ({ job }) => {
    succeeded.add(job.id);
    if (succeeded.size > CONCURRENCY * 10) succeeded.delete(succeeded.values().next().value ?? '');
  });
  const life = {
    isRunning: () => running >= CONCURRENCY || performance.now() - lookedAt < SILENT_MS,
    begun,
    ids: () => [...pools],
    leftovers: () => ({ workers: [...pools], succeeded: [...succeeded] }),
  };
  return { events, life };
}

/** graphile-worker's messages hold payloads, so the log gets only the job's name and the error. */
function quietLogger(log: Log): Logger {
  return new Logger((scope) => (level, _message, meta) => {
    if (level !== 'error' && level !== 'warning') return;
    log.warn({ job: scope.taskIdentifier ?? nameOfJob(meta), err: meta?.error }, 'job trouble');
  });
}

function nameOfJob(meta: { job?: { task_identifier?: string } } = {}): string | undefined {
  return meta.job?.task_identifier;
}
