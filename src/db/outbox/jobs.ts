import { sql } from 'drizzle-orm';
import { hasKey, JOB_NAMES, type JobInput, type JobName, jobOptions } from '../../domain/jobs.ts';
import type { Database, Transaction } from '../connection/connect.ts';
import { writtenTogether } from '../connection/write-together.ts';

/** Not in the table of jobs: it has no input, and the timer adds it. */
export const MINUTELY_JOB = 'every-minute';

/** A job that waits for all others that are due: the lower the number, the earlier it runs. */
const LAST = 10;

/** Adds a job inside the operation's own transaction: the job exists if and only if the change does. */
export async function addJob<Name extends JobName>(
  tx: Transaction,
  name: Name,
  input: JobInput<Name>,
  options: { runAt?: Date | null; isLast?: boolean } = {},
): Promise<void> {
  const runAt = options.runAt?.toISOString() ?? null;
  const priority = options.isLast ? LAST : 0;
  await insertJob(tx, { name, payload: input, runAt, priority, ...jobOptions(name, input) });
}

type NewJob = { name: JobName; payload: object; runAt: string | null; priority: number } & ReturnType<
  typeof jobOptions
>;

const insertJob = writtenTogether<NewJob>('job', async (db, jobs) => {
  // As with jobs that are added one by one, the last one with a key counts.
  let missing = [...new Map(jobs.map((job, at) => [job.key ?? at, job])).values()];
  // A worker may take the job with the same key while this one is added: add_jobs then adds none, and the worker may have
  // read the state from before this change. The next call sees that the job is taken.
  while (missing.length > 0) {
    const added = await db.execute<{ key: string | null }>(sql`select key from graphile_worker.add_jobs((
      select array_agg((name, payload, queue, "runAt", "maxAttempts", key, priority, null)::graphile_worker.job_spec)
      from json_to_recordset(${JSON.stringify(missing)}::json)
        as job(name text, payload json, queue text, "runAt" timestamptz, "maxAttempts" int, key text, priority int)))`);
    const keys = new Set([...added].map(({ key }) => key));
    missing = missing.filter(({ key }) => key !== null && !keys.has(key));
  }
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

/** Counts one more beat of our workers. Returns every worker known or holding a job, and the jobs that ours hold. */
export async function beatWorkers(
  db: Database,
  ourIds: readonly string[],
): Promise<{ workers: { id: string; beats: number }[]; ourJobs: { id: string; attempts: number }[] }> {
  await db.execute(sql`
    insert into job_workers (id, beats) select id, 1 from ${listOf(ourIds)} as ours (id)
    on conflict (id) do update set beats = job_workers.beats + 1`);
  const workers = await db.execute<{ id: string; beats: string }>(sql`
    select id, max(beats) as beats from (
      select id, beats from job_workers
      union all select locked_by, 0 from graphile_worker._private_jobs where locked_by is not null
      union all select locked_by, 0 from graphile_worker._private_job_queues where locked_by is not null) known
    group by id`);
  const ourJobs = await db.execute<{ id: string; attempts: number }>(sql`
    select id::text, attempts from graphile_worker._private_jobs
    where locked_by in (select id from ${listOf(ourIds)} as ours (id))`);
  return {
    workers: [...workers].map(({ id, beats }) => ({ id, beats: Number(beats) })),
    ourJobs: [...ourJobs],
  };
}

/** Lets other workers take the jobs of dead ones, and the jobs that ours hold without running them. */
export async function freeJobs(
  db: Database,
  what: { deadWorkers: readonly string[]; lostJobs: readonly string[]; ourIds: readonly string[] },
): Promise<void> {
  const isOurs = sql`locked_by in (select id from ${listOf(what.ourIds)} as ours (id))`;
  await db.execute(sql`
    select graphile_worker.force_unlock_workers(array(select id from ${listOf(what.deadWorkers)} as dead (id)))`);
  await db.execute(sql`
    with freed as (
      update graphile_worker._private_jobs set locked_by = null, locked_at = null
      where ${isOurs} and id in (select id::bigint from ${listOf(what.lostJobs)} as lost (id))
      returning job_queue_id)
    update graphile_worker._private_job_queues set locked_by = null, locked_at = null
    where ${isOurs} and id in (select job_queue_id from freed)`);
  await db.execute(sql`
    delete from job_workers where id in (select id from ${listOf(what.deadWorkers)} as dead (id))`);
}

const listOf = (values: readonly string[]) => sql`json_array_elements_text(${JSON.stringify(values)}::json)`;

/**
 * Deletes the jobs that another with the same key replaced while they ran, and that were not completed. graphile-worker
 * takes their key and their attempts, and keeps them for good.
 */
export async function deleteSupersededJobs(db: Database): Promise<void> {
  const names = [...JOB_NAMES.filter(hasKey), MINUTELY_JOB];
  await db.execute(sql`
    delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
    where t.id = j.task_id and t.identifier in ${names}
      and j.key is null and j.attempts >= j.max_attempts and j.locked_at is null`);
}

/**
 * Unlocks the jobs of stopped workers and completes those that succeeded. graphile-worker's own stop misses the last job
 * that ended: that job, and the others of its queue, would stay locked for four hours.
 */
export async function writeOffJobs(
  db: Database,
  { workers, succeeded }: { workers: string[]; succeeded: string[] },
): Promise<void> {
  await freeJobs(db, { deadWorkers: workers, lostJobs: [], ourIds: [] });
  await db.execute(sql`
    select graphile_worker.complete_jobs(array(select id::bigint from ${listOf(succeeded)} as done (id)))`);
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
