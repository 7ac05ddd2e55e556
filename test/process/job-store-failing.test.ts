import { beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, GENERAL } from '../../src/playground/workspace/people.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { type AppProcess, createProcesses } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const SLOW_MS = 180_000;
const CODES = ['25006', '53100', '53200', '55P03', '57014', '40001', '40P01', '08006'];

const folder = forAllTests(() => temporaryFolder('job-store'), SLOW_MS);
const database = forAllTests(createTestDatabase, SLOW_MS);
const provider = forAllTests(createSlackDriver, SLOW_MS);
const processes = forAllTests(createProcesses, SLOW_MS);
let app: AppProcess;
let address: string;

beforeAll(async () => {
  // A sequence, because it keeps its value when the statement is undone.
  await database.sql.unsafe(`
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
  app = processes.start({
    DATA_DIR: folder.path,
    DATABASE_URL: database.url,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    RESEND_API_KEY: provider.resend.apiKey,
    RESEND_BASE_URL: provider.resendBaseUrl,
    MAIL_FROM: 'Example APIs <apis@example.com>',
  });
  address = await app.address();
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
    const held = await database.sql`select from graphile_worker.jobs where locked_at is not null`;
    return held.length === 0;
  });

/** Refuses one kind of statement while `during` runs, and until it was refused `times`. */
async function refusing(statement: string, code: string, times: number, during: () => unknown) {
  await database.sql`alter sequence raised restart`;
  await database.sql`insert into faults values (${statement}, ${code})`;
  await during();
  await eventually(
    () => `${statement} to be refused with ${code}; it said:\n${app.output()}`,
    async () => {
      const [row] = await database.sql`select last_value::int as n, is_called as "isCalled" from raised`;
      return row?.isCalled && row.n >= times;
    },
  );
  expect(app.child.exitCode, app.output()).toBeNull();
}
const refuseNothing = () => database.sql`delete from faults`;

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
          await database.sql`select graphile_worker.add_job('deliver-mail', '{}', job_key := 'failing', max_attempts := 1)`;
        });
        await refuseNothing();
        await eventually('the failure to be stored', async () => {
          const failed =
            await database.sql`select from graphile_worker.jobs where last_error is not null and locked_at is null`;
          return failed.length === 1;
        });
        await database.sql`delete from graphile_worker._private_jobs where attempts = max_attempts`;

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
