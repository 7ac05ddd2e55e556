import { expect, it } from 'vitest';
import { addJob } from '../../../src/db/outbox/jobs.ts';
import { createTestContext } from '../../support/context.ts';
import { eventually } from '../../support/eventually.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const t = forAllTests(createTestContext);

it('a job is added although a worker takes the one with its key at the same moment', async () => {
  const add = () =>
    t.db.transaction((tx) => addJob(tx, 'repaint-cards', { serviceId: 'ours', accountId: 'ann' }));
  await add();
  const worker = await t.sql.reserve();
  await worker`begin`;
  await worker`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'worker'`;
  const adding = add();
  await eventually('the second job to wait for the worker', async () => {
    const [row] =
      await t.sql`select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
    return row;
  });
  await worker`commit`;
  worker.release();
  await adding;
  const jobs = await t.sql`select key, locked_by from graphile_worker._private_jobs order by id`;
  expect([...jobs]).toEqual([
    { key: null, locked_by: 'worker' },
    { key: 'cards:ours:ann', locked_by: null },
  ]);
});
