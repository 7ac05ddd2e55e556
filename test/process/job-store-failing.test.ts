// The database refuses statements of the job store, each in turn: the process lives, and each job is done once.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, GENERAL } from '../../src/playground/workspace/people.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { type AppProcess, startProcess } from '../support/process.ts';
import { createSlackDriver, type SlackDriver } from '../support/slack-driver.ts';

const SLOW_MS = 180_000;
const CODES = ['25006', '53100', '53200', '55P03', '57014', '40001', '40P01', '08006'];

let folder: string;
let database: TestDatabase;
let sql: postgres.Sql;
let provider: SlackDriver;
let app: AppProcess;
let address: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apim-user-job-store-'));
  database = await createTestDatabase();
  sql = postgres(database.url, { max: 2, onnotice: () => {} });
  // A sequence, because it keeps its value when the statement is undone.
  await sql.unsafe(`
    create table faults (statement text, code text);
    create sequence raised;
    create function raise_fault() returns trigger language plpgsql as $$
    declare
      fault text;
    begin
      select code into fault from faults where statement = case
        when TG_LEVEL = 'STATEMENT' then 'any'
        when TG_OP = 'UPDATE' and old.locked_by is not null then 'fail'
        when TG_OP = 'UPDATE' then 'get'
        else lower(TG_OP) end;
      if found then
        perform nextval('raised');
        raise exception 'refused' using errcode = fault;
      end if;
      return case when TG_OP = 'DELETE' then old else new end;
    end $$;
    create trigger a before insert or update or delete on graphile_worker._private_jobs
      for each row execute function raise_fault();
    create trigger b before update on graphile_worker._private_jobs
      for each statement execute function raise_fault();`);
  provider = await createSlackDriver();
  app = startProcess({
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    RESEND_API_KEY: provider.resend.apiKey,
    RESEND_BASE_URL: provider.resendBaseUrl,
    MAIL_FROM: 'Example APIs <apis@example.com>',
  });
  address = await app.address();
}, SLOW_MS);
afterAll(async () => {
  app?.child.kill('SIGKILL');
  await app?.ended;
  await provider?.close();
  await sql?.end();
  await database?.close();
  await rm(folder, { recursive: true, force: true });
}, SLOW_MS);

const invite = (email: string) =>
  fetch(`${address}/playground/api/type`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ as: ADMIN, channel: GENERAL, text: `/apim-user invite ${email}` }),
  });
const mailsTo = (email: string) => provider.inbox.mails().filter(({ to }) => to.join() === email).length;
const isMailed = (email: string) => eventually(`mail to ${email}`, () => mailsTo(email) === 1);
const isLeftAlone = () =>
  eventually('no job to be held', async () => {
    const held = await sql`select from graphile_worker.jobs where locked_at is not null`;
    return held.length === 0;
  });

/** Refuses one kind of statement while `during` runs, and until it was refused `times`. */
async function refusing(statement: string, code: string, times: number, during: () => unknown) {
  await sql`alter sequence raised restart`;
  await sql`insert into faults values (${statement}, ${code})`;
  await during();
  await eventually(
    () => `${statement} to be refused with ${code}; it said:\n${app.output()}`,
    async () => {
      const [row] = await sql`select last_value::int as n, is_called as "isCalled" from raised`;
      return row?.isCalled && row.n >= times;
    },
  );
  expect(app.child.exitCode, app.output()).toBeNull();
}
const refuseNothing = () => sql`delete from faults`;

async function health() {
  const answer = await fetch(`${address}/readyz`);
  const { checks } = (await answer.json()) as { checks: Record<string, string> };
  return { code: answer.status, checks };
}

describe('a job store that refuses statements', () => {
  for (const code of CODES) {
    it(
      `with ${code} leaves the process alive, and each job is done once when it takes them again`,
      async () => {
        const [got, ended, added] = ['get', 'delete', 'insert'].map((one) => `${one}-${code}@example.com`);
        await refusing('get', code, 3, () => invite(got ?? ''));
        await refuseNothing();
        await isMailed(got ?? '');

        await refusing('delete', code, 3, async () => {
          await invite(ended ?? '');
          await isMailed(ended ?? '');
        });
        await refuseNothing();
        await isLeftAlone();
        expect(mailsTo(ended ?? '')).toBe(1);

        await refusing('insert', code, 1, () => invite(added ?? ''));
        await refuseNothing();
        if (mailsTo(added ?? '') === 0) await invite(added ?? '');
        await isMailed(added ?? '');

        await refusing('fail', code, 3, async () => {
          // With a key, as all of its kind: without one it would look replaced, and the minute's work would delete it.
          await sql`select graphile_worker.add_job('deliver-mail', '{}', job_key := 'failing', max_attempts := 1)`;
        });
        await refuseNothing();
        await eventually('the failure to be stored', async () => {
          const failed =
            await sql`select from graphile_worker.jobs where last_error is not null and locked_at is null`;
          return failed.length === 1;
        });
        await sql`delete from graphile_worker._private_jobs where attempts = max_attempts`;

        await refusing('any', code, 4, () => {});
        await refuseNothing();
        await isLeftAlone();
        expect(app.child.exitCode, app.output()).toBeNull();
        expect(app.output()).not.toMatch(/uncaught|unhandled/);
      },
      SLOW_MS,
    );
  }

  it('T87: shows in /readyz while the ends of jobs are not stored, and no longer', async () => {
    await refusing('delete', '53100', 1, () => invite('health@example.com'));
    await eventually('the worker to be reported', async () => {
      const { code, checks } = await health();
      return code === 503 && checks.worker === 'failing' && checks.database === 'ok';
    });
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    await refuseNothing();
    await eventually('it to be ready', async () => (await health()).code === 200);
  });
});
