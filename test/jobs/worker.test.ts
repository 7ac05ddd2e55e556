import pino from 'pino';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../src/db/connection/connect.ts';
import { openJobPool } from '../../src/db/outbox/job-pool.ts';
import { unlockJobsOfDeadWorkers } from '../../src/db/outbox/jobs.ts';
import { createTasks, type JobDependencies } from '../../src/jobs/tasks.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let sql: postgres.Sql;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 2 });
});
afterAll(async () => {
  await sql.end();
  await database.close();
});

it('stopping the worker waits for the running jobs and leaves none locked, of those that failed either', async () => {
  let begun = 0;
  let done = 0;
  let endJobs = () => {};
  const end = new Promise<void>((resolve) => {
    endJobs = resolve;
  });
  const repaintCards = async () => {
    begun += 1;
    await end;
    done += 1;
    if (done === 2) throw new Error('this one fails');
  };
  const dependencies = { slack: () => ({ 'repaint-cards': repaintCards }) };
  const tasks = createTasks(dependencies as unknown as JobDependencies);
  const { db, close } = connect(database.url, { max: 1 });
  const worker = await startWorker(
    openJobPool(database.url, () => {}),
    { log: pino({ level: 'silent' }), db, tasks, everyMinute: async () => {} },
  );
  const input = '{"serviceId":"default","accountId":"1"}';
  for (let n = 0; n < 6; n++)
    await sql`select graphile_worker.add_job('repaint-cards', ${input}::text::json, queue_name := ${`queue ${n}`})`;
  await eventually('four to run at once', () => begun === 4);
  const stopped = worker.stop();
  endJobs();
  await stopped;
  await close();
  // A job that began just before the stop was waited for too.
  expect(done).toBe(begun);
  const left = await sql`select locked_at, attempts from graphile_worker.jobs order by id`;
  // The failed job, and the jobs that had not begun.
  expect(left).toHaveLength(6 - done + 1);
  expect(left.filter((job) => job.locked_at !== null)).toEqual([]);
  expect(left.filter((job) => job.attempts === 1)).toHaveLength(1);
  const queues = await sql`select 1 from graphile_worker._private_job_queues where locked_at is not null`;
  expect(queues).toHaveLength(0);
});

it('a job of a killed worker is unlocked with its queue after eleven minutes, and not after nine', async () => {
  await sql`delete from graphile_worker._private_jobs`;
  for (const [queue, minutes] of [
    ['dead', 11],
    ['alive', 9],
  ] as const) {
    const [job] =
      await sql`select id from graphile_worker.add_job('repaint-cards', '{}'::json, queue_name := ${queue})`;
    await sql`update graphile_worker._private_jobs set locked_by = ${`worker of ${queue}`},
      locked_at = now() - ${minutes} * interval '1 minute' where id = ${job?.id}`;
    await sql`update graphile_worker._private_job_queues set locked_by = ${`worker of ${queue}`},
      locked_at = now() - ${minutes} * interval '1 minute' where queue_name = ${queue}`;
  }
  const { db, close } = connect(database.url, { max: 1 });
  await unlockJobsOfDeadWorkers(db);
  await close();
  const held = await sql`select locked_by from graphile_worker.jobs where locked_at is not null`;
  expect(held.map((job) => job.locked_by)).toEqual(['worker of alive']);
  const queues =
    await sql`select queue_name from graphile_worker._private_job_queues where locked_at is not null`;
  expect(queues.map((queue) => queue.queue_name)).toEqual(['alive']);
});
