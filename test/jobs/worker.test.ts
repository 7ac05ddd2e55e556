import pino from 'pino';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connect } from '../../src/db/connection/connect.ts';
import { openJobPool } from '../../src/db/outbox/job-pool.ts';
import { deleteSupersededJobs } from '../../src/db/outbox/jobs.ts';
import { createTasks, type JobDependencies } from '../../src/jobs/tasks.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { startTcpProxy, throughProxy } from '../support/tcp-proxy.ts';

const database = forAllTests(createTestDatabase);
let sql: postgres.Sql;
beforeAll(async () => {
  sql = postgres(database.url, { max: 2 });
});
afterAll(async () => {
  await sql.end();
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
  for (let n = 0; n < 9; n++)
    await sql`select graphile_worker.add_job('repaint-cards', ${input}::text::json, queue_name := ${`queue ${n}`})`;
  await eventually('seven to run at once', () => begun === 7);
  const stopped = worker.stop();
  endJobs();
  await stopped;
  await close();
  // A job that began just before the stop was waited for too.
  expect(done).toBe(begun);
  const left = await sql`select locked_at, attempts from graphile_worker.jobs order by id`;
  // The failed job, and the jobs that had not begun.
  expect(left).toHaveLength(9 - done + 1);
  expect(left.filter((job) => job.locked_at !== null)).toEqual([]);
  expect(left.filter((job) => job.attempts === 1)).toHaveLength(1);
  const queues = await sql`select 1 from graphile_worker._private_job_queues where locked_at is not null`;
  expect(queues).toHaveLength(0);
});

const input = '{"serviceId":"default","accountId":"1"}';
const PACE = { beatMs: 50, deadAfterMs: 700 };

function startOne(url: string, repaintCards: () => Promise<void>) {
  const dependencies = { slack: () => ({ 'repaint-cards': repaintCards }) };
  const { db, close } = connect(url, { max: 2 });
  const worker = startWorker(
    openJobPool(url, () => {}),
    {
      log: pino({ level: 'silent' }),
      db,
      tasks: createTasks(dependencies as unknown as JobDependencies),
      everyMinute: async () => {},
      pace: PACE,
    },
  );
  return async () => {
    await worker.stop().catch(() => {});
    await close();
  };
}

it('a worker takes up the job of one that can no longer be heard, and not that of one that runs for long', async () => {
  await sql`delete from graphile_worker._private_jobs`;
  const { hostname: host, port } = new URL(database.url);
  const proxy = await startTcpProxy({ host, port: Number(port) });
  let begun = 0;
  let taken = 0;
  let end = () => {};
  const stopFirst = startOne(throughProxy(database.url, proxy), () => {
    begun += 1;
    return new Promise((resolve) => {
      end = resolve;
    });
  });
  await sql`select graphile_worker.add_job('repaint-cards', ${input}::text::json, queue_name := 'long')`;
  await eventually('the job to begin', () => begun === 1);
  const stopSecond = startOne(database.url, async () => {
    taken += 1;
  });
  const beats = async () => {
    const rows = await sql<{ beats: string }[]>`select beats from job_workers order by beats desc`;
    return rows.length === 2 ? Number(rows[1]?.beats) : 0;
  };
  const before = await eventually('both to beat', beats);
  await eventually(
    'many more beats',
    async () => (await beats()) > before + (3 * PACE.deadAfterMs) / PACE.beatMs,
  );
  expect(taken).toBe(0);
  proxy.silenceAll();
  await eventually('the job to be taken up', () => taken === 1);
  await eventually(
    'the dead worker to be forgotten',
    async () => (await sql`select from job_workers`).length === 1,
  );
  end();
  await stopSecond();
  proxy.cut();
  await stopFirst();
  await proxy.close();
  expect(begun).toBe(1);
});

it('a job that was locked for a worker without its knowledge is freed, and done once', async () => {
  await sql`delete from graphile_worker._private_jobs`;
  let done = 0;
  const stop = startOne(database.url, async () => {
    done += 1;
  });
  const id = await eventually('the worker to beat', async () => {
    const [row] = await sql`select id from job_workers order by beats limit 1`;
    return row?.id as string | undefined;
  });
  // As when the answer to the statement that takes a job is lost.
  await sql`with job as (
      select id from graphile_worker.add_job('repaint-cards', ${input}::text::json, run_at := now() + interval '1 hour'))
    select from job`;
  await sql`update graphile_worker._private_jobs set locked_by = ${id}, locked_at = now(), attempts = 1, run_at = now()`;
  await eventually('the job to be done', () => done === 1);
  await stop();
  expect(await sql`select from graphile_worker.jobs`).toHaveLength(0);
});

it('jobs that another with their key replaced are deleted, and those that failed for good are kept', async () => {
  await sql`delete from graphile_worker._private_jobs`;
  for (let n = 0; n < 2; n++) {
    await sql`select graphile_worker.add_job('repaint-cards', ${input}::text::json, job_key := 'one')`;
    if (n === 0) await sql`update graphile_worker._private_jobs set locked_by = 'gone', locked_at = now()`;
  }
  await sql`select graphile_worker.add_job('post-notice', ${input}::text::json, max_attempts := 1)`;
  await sql`update graphile_worker._private_jobs set attempts = 1 where max_attempts = 1`;
  await sql`select graphile_worker.force_unlock_workers(array['gone'])`;
  const { db, close } = connect(database.url, { max: 1 });
  await deleteSupersededJobs(db);
  await close();
  const left = await sql`select task_identifier as name, key from graphile_worker.jobs order by id`;
  expect(left.map(({ name, key }) => [name, key])).toEqual([
    ['repaint-cards', 'one'],
    ['post-notice', null],
  ]);
});
