import { sql } from 'drizzle-orm';
import { type JobInput, type JobName, jobOptions } from '../../domain/jobs.ts';
import type { Database, Transaction } from '../connection/connect.ts';
import { writtenTogether } from '../connection/write-together.ts';

/** Not in the table of jobs: it has no input, and the timer adds it. */
export const MINUTELY_JOB = 'every-minute';

/** Adds a job inside the operation's own transaction: the job exists if and only if the change does. */
export async function addJob<Name extends JobName>(
  tx: Transaction,
  name: Name,
  input: JobInput<Name>,
  options: { runAt?: Date | null } = {},
): Promise<void> {
  const runAt = options.runAt?.toISOString() ?? null;
  await insertJob(tx, { name, payload: input, runAt, ...jobOptions(name, input) });
}

type NewJob = { name: JobName; payload: object; runAt: string | null } & ReturnType<typeof jobOptions>;

const insertJob = writtenTogether<NewJob>('job', async (db, jobs) => {
  // As with jobs that are added one by one, the last one with a key counts.
  const distinct = new Map(jobs.map((job, at) => [job.key ?? at, job]));
  await db.execute(sql`select from graphile_worker.add_jobs((
    select array_agg((name, payload, queue, "runAt", "maxAttempts", key, null, null)::graphile_worker.job_spec)
    from json_to_recordset(${JSON.stringify([...distinct.values()])}::json)
      as job(name text, payload json, queue text, "runAt" timestamptz, "maxAttempts" int, key text)))`);
});

/** Age of the oldest job that could run and doesn't, in seconds; 0 when none waits. */
export async function findOldestWaitingJobSeconds(db: Database): Promise<number> {
  const [row] = await db.execute<{ seconds: string | null }>(sql`
    select extract(epoch from now() - min(run_at)) as seconds from graphile_worker.jobs
    where run_at <= now() and locked_at is null and attempts < max_attempts`);
  return Number(row?.seconds ?? 0);
}

/** Retries the failed jobs of these names at once: Slack, which they needed, is back. */
export async function retryJobsNow(db: Database, names: readonly JobName[]): Promise<void> {
  await db.execute(sql`
    select graphile_worker.reschedule_jobs(array_agg(id), run_at := now()) from graphile_worker.jobs
    where task_identifier in ${[...names]} and locked_at is null
      and attempts between 1 and max_attempts - 1
    having count(*) > 0`);
}

/** Every job ends far sooner. A worker that holds one for longer is dead, and the job's queue is stuck with it. */
const DEAD_AFTER_MINUTES = 10;

/** graphile-worker itself frees the jobs of a killed process after four hours. */
export async function unlockJobsOfDeadWorkers(db: Database): Promise<void> {
  await db.execute(sql`
    select graphile_worker.force_unlock_workers(array_agg(distinct locked_by)) from graphile_worker.jobs
    where locked_at < now() - ${DEAD_AFTER_MINUTES} * interval '1 minute'
    having count(*) > 0`);
}

/**
 * Unlocks the jobs of stopped workers and completes those that succeeded. graphile-worker's own stop misses the last job
 * that ended: that job, and the others of its queue, would stay locked for four hours.
 */
export async function writeOffJobs(
  db: Database,
  { workers, succeeded }: { workers: string[]; succeeded: string[] },
): Promise<void> {
  const list = (values: string[]) => sql`(select coalesce(array_agg(value), '{}') from
    json_array_elements_text(${JSON.stringify(values)}::json))`;
  await db.execute(sql`select graphile_worker.force_unlock_workers(${list(workers)}::text[])`);
  await db.execute(sql`select graphile_worker.complete_jobs(${list(succeeded)}::bigint[])`);
}

/** Processes ask several times a minute. The first that asks this long after the last run begins the next one. */
const MINUTE_SECONDS = 55;

/**
 * Adds the job of each minute unless another process did within the last 55 seconds, by the database's clock. A beginning
 * that lies in the future was written while that clock was wrong, and counts as none.
 */
export async function addMinutelyJob(db: Database, serviceId: string): Promise<void> {
  await db.execute(sql`
    with due as (
      insert into minutely_work (service_id, begun_at) values (${serviceId}, now())
      on conflict (service_id) do update set begun_at = now()
        where not minutely_work.begun_at between now() - ${MINUTE_SECONDS} * interval '1 second' and now()
      returning service_id)
    select graphile_worker.add_job(${MINUTELY_JOB}::text, job_key := ${MINUTELY_JOB}::text, max_attempts := 1)
    from due`);
}
