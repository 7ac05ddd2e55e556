// Both sides of a mirror and its jobs, for tests of any interleaving: ours on a database alone, Azure as a second product
// behind the stand-in. The test runs each job, ends it where it likes, and lets the time pass.
import { type AzureInstance, openAzure } from '../../../src/azure/instance.ts';
import type { JobInput } from '../../../src/domain/jobs.ts';
import { lookInAzure, pullFromAzure } from '../../../src/jobs/azure-pull.ts';
import { sendOrders } from '../../../src/jobs/azure-send.ts';
import { createLog } from '../../../src/log.ts';
import { bindToAzure } from '../../../src/operations/azure/bind.ts';
import { sweepOrders } from '../../../src/operations/azure/sweep-orders.ts';
import { sweepPull } from '../../../src/operations/azure/sweep-pull.ts';
import type { Context } from '../../../src/operations/frame/context.ts';
import { createTestContext, SYSTEM } from '../../support/context.ts';
import { BASE, GROUP, SERVICE } from '../../support/management.ts';
import { startMirroredPair } from '../../support/mirrored-pair.ts';

/** Longer than any lease, any wait, any lag of Azure's, and the pause between two comparisons. */
const LONG_MS = 11 * 60_000;

const PAGE_MS = 1_000;

/** With `MIRROR_TRACE`, each step of a long run is said as it comes. */
export function trace(line: string): void {
  if (process.env.MIRROR_TRACE) process.stderr.write(`${line}\n`);
}

/** The process was killed. Nothing that it does afterwards has an effect. */
class Killed extends Error {}

type Job = { id: string; name: keyof typeof RUN; payload: never };
type Parts = Parameters<typeof pullFromAzure>[0] & Parameters<typeof sendOrders>[0];

const RUN = {
  'azure-send': (parts: Parts, input: JobInput<'azure-send'>) => sendOrders(parts, input),
  'azure-pull': (parts: Parts, input: JobInput<'azure-pull'>) => pullFromAzure(parts, input),
  'azure-look': (parts: Parts, input: JobInput<'azure-look'>) => lookInAzure(parts, input),
};

export type World = Awaited<ReturnType<typeof startWorld>>;

export async function startWorld() {
  const pair = await startMirroredPair();
  const t = await createTestContext();
  const { arm } = pair;
  const service = {
    ...{ subscription: BASE.split('/')[2] ?? '', resourceGroup: GROUP, service: SERVICE, endpoint: arm.url },
    tokenFile: pair.settings.AZURE_TOKEN_FILE,
  };
  const azure = await openAzure(service, { isPatient: false, withKeys: false, clock: t.clock });
  const log = createLog('silent');

  /** What the process may still do before it is killed: calls of Azure, each at its beginning and its end, and transactions. */
  let breaths = Number.POSITIVE_INFINITY;
  function breathe(): void {
    breaths -= 1;
    if (breaths < 0) throw new Killed('killed');
  }
  const mortalDb = new Proxy(t.db, {
    get(db, name) {
      if (name === 'transaction') breathe();
      const value = Reflect.get(db, name);
      return typeof value === 'function' ? value.bind(db) : value;
    },
  });
  const mortalAzure = Object.fromEntries(
    Object.entries(azure).map(([name, call]) => [
      name,
      async (...given: never[]) => {
        breathe();
        const result = await (call as (...given: never[]) => Promise<unknown>)(...given);
        breathe();
        return result;
      },
    ]),
  ) as unknown as AzureInstance;
  const bound = { path: BASE, withKeys: false, open: async () => mortalAzure };
  const parts: Parts = {
    log,
    system: (name: string): Context => ({ ...t.as({ kind: 'system', name }), db: mortalDb }),
    azure: () => bound,
  };

  const dueJobs = () => {
    // As many pages as a job each second would read.
    t.advance(PAGE_MS);
    return t.sql<Job[]>`
    select j.id::text, k.identifier as name, j.payload
    from graphile_worker._private_jobs j join graphile_worker._private_tasks k on k.id = j.task_id
    where k.identifier in ${t.sql(Object.keys(RUN))} and j.locked_at is null and j.attempts < j.max_attempts
      and j.run_at <= case k.identifier when 'azure-send' then now() else ${t.clock().toISOString()}::timestamptz end
    order by j.run_at, j.id`;
  };

  /** As the worker does it: a job that is added meanwhile with the same key is another one. Returns whether it was killed. */
  async function run({ id, name, payload }: Job, lives: number): Promise<boolean> {
    await t.sql`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'test' where id = ${id}`;
    breaths = lives;
    try {
      trace(`  ${name} ${JSON.stringify(payload)}`);
      await RUN[name](parts, payload);
    } catch (error) {
      if (!(error instanceof Killed) && breaths >= 0) throw error;
    }
    const isKilled = breaths < 0;
    breaths = Number.POSITIVE_INFINITY;
    // The job of a dead worker is taken again, unless another with its key came meanwhile.
    if (isKilled)
      await t.sql`update graphile_worker._private_jobs set locked_at = null, locked_by = null where id = ${id}`;
    else await t.sql`delete from graphile_worker._private_jobs where id = ${id}`;
    return isKilled;
  }

  return {
    t,
    pair,
    azure,
    portal: arm.asPortal('portal@example.com'),
    /** One of the jobs that are due, if there is one. It dies after so many steps. */
    async work(pick: number, lives = Number.POSITIVE_INFINITY): Promise<boolean> {
      const jobs = await dueJobs();
      const job = jobs[pick % jobs.length];
      if (job) await run(job, lives);
      return job !== undefined;
    },
    /** All jobs that are due, and those that these add. */
    async workOn(most = 500): Promise<void> {
      for (let done = 0; await this.work(0); done++)
        if (done > most) throw new Error('the jobs of the mirror go on for ever');
    },
    /** As each minute. */
    async sweep(): Promise<void> {
      await sweepPull(t.as(SYSTEM), {});
      await sweepOrders(t.as(SYSTEM), {});
    },
    /** Compares everything, and writes what waits. */
    async pass(): Promise<void> {
      await this.letTimePass();
      await this.sweep();
      await this.workOn();
    },
    /** No read lags, no lease or wait lasts any longer. */
    async letTimePass(): Promise<void> {
      t.advance(LONG_MS);
      arm.up();
      arm.forgetLag();
      await t.sql`update azure_orders set not_before = now(), leased_until = null where state = 'waiting'`;
      // Orders go by the database's clock, which stays.
      await t.sql`update graphile_worker._private_jobs set run_at = now() where run_at > now() and locked_at is null
        and task_id in (select id from graphile_worker._private_tasks where identifier = 'azure-send')`;
    },
    /** Both sides without accounts, groups, products and subscriptions, and bound anew. */
    async begin(): Promise<void> {
      arm.behaveWell();
      for (const sql of [t.sql, pair.azure.sql]) await empty(sql);
      await t.sql`delete from azure_instances`;
      await t.sql`delete from graphile_worker._private_jobs`;
      await bindToAzure(t.as(SYSTEM), { path: BASE });
      arm.forgetSeen();
    },
    async close(): Promise<void> {
      await t.close();
      await pair.close();
    },
  };
}

async function empty(sql: World['t']['sql']): Promise<void> {
  await sql`delete from groups where type = 'custom'`;
  await sql`delete from mail_texts`;
  for (const table of ['cards', 'mails', 'tickets', 'sessions', 'invitations', 'subscriptions'])
    await sql`delete from ${sql(table)}`;
  await sql`delete from accounts where resource_id is distinct from '1'`;
  await sql`delete from products`;
}
