import type postgres from 'postgres';
import { beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, GENERAL } from '../../src/playground/workspace/people.ts';
import { createTestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { type GateRule, openMailGate } from '../support/mail-gate.ts';
import { type AppProcess, createProcesses } from '../support/process.ts';
import { createSlackDriver } from '../support/slack-driver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MAILS = 50;
/** The mails that a process sends at once: so many are at the point when it is killed, and the rest before it. */
const AT_ONCE = 7;
const PROMISED_MS = 120_000;
const SWEPT_EVERY_MS = 60_000;
const WAIT_MS = 60_000;
/** The test holds this lock, so that a transaction that needs it stops midway. */
const STALL = 6_060;

const folder = forAllTests(() => temporaryFolder('points'), 120_000);
const database = forAllTests(createTestDatabase, 120_000);
const provider = forAllTests(createSlackDriver, 120_000);
const gate = forAllTests(() => openMailGate(provider.resendBaseUrl), 120_000);
/** The receiver of each mail that the service took, twice when it took a mail twice. */
const taken: string[] = [];
const processes = forAllTests(createProcesses, 120_000);

function start(port = '0'): AppProcess {
  return processes.start({
    PORT: port,
    DATA_DIR: folder.path,
    DATABASE_URL: database.url,
    SECRET_KEY: Buffer.alloc(32, 5).toString('base64'),
    RESEND_API_KEY: provider.resend.apiKey,
    RESEND_BASE_URL: gate.url,
    MAIL_FROM: 'Example APIs <apis@example.com>',
  });
}

beforeAll(async () => {
  await database.sql.unsafe(`
    create function stall() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock(${STALL}); return new; end $$;
    create trigger stall_claim before update on mails for each row
      when (old.leased_until is null and new.leased_until is not null) execute function stall();
    create trigger stall_mark before update on mails for each row
      when (new.state = 'accepted') execute function stall();
    alter table mails disable trigger stall_claim;
    alter table mails disable trigger stall_mark`);
  provider.inbox.onAccepted((mail) => taken.push(...mail.to));
}, 120_000);

const counted = async (rows: postgres.PendingQuery<postgres.Row[]>): Promise<number> => (await rows).length;
const marked = () => counted(database.sql`select 1 from mails where state = 'accepted'`);
const stalled = () =>
  counted(
    database.sql`select 1 from pg_locks where locktype = 'advisory' and objid = ${STALL} and not granted`,
  );

type Point = {
  name: string;
  rule?: GateRule;
  letPass?: number;
  trigger?: 'stall_claim' | 'stall_mark';
  /** Whether the process has reached the point. */
  isReached: (before: number) => Promise<boolean> | boolean;
};

const POINTS: Point[] = [
  { name: 'before its claim counts', trigger: 'stall_claim', isReached: async () => (await stalled()) > 0 },
  {
    name: 'after its claim, before the mail leaves',
    rule: 'hold-request',
    isReached: async () =>
      (await counted(database.sql`select 1 from mails where state = 'queued' and leased_until is not null`)) >
      0,
  },
  {
    name: 'with the mail on its way',
    rule: 'hold-request',
    isReached: () => gate.held() === AT_ONCE,
  },
  {
    name: 'after the mail was taken, before it hears of it',
    rule: 'hold-answer',
    isReached: () => gate.held() === AT_ONCE,
  },
  {
    name: 'after it heard, before its mark counts',
    trigger: 'stall_mark',
    isReached: async () => (await stalled()) > 0,
  },
  {
    name: 'after its mark',
    rule: 'hold-request',
    letPass: 10,
    isReached: async (before) => (await marked()) >= before + 10,
  },
];

async function inviteMany(address: string, emails: string[]): Promise<void> {
  const typed = await fetch(`${address}/playground/api/type`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ as: ADMIN, channel: GENERAL, text: `/apim-user invite ${emails.join(' ')}` }),
  });
  expect(typed.status).toBe(200);
}

/** While `work` runs, each transaction that reaches the trigger waits there. */
async function stalling(trigger: Point['trigger'], work: () => Promise<void>): Promise<void> {
  if (!trigger) return work();
  await database.sql.unsafe(`alter table mails enable trigger ${trigger}`);
  const holder = await database.sql.reserve();
  try {
    await holder`select pg_advisory_lock(${STALL})`;
    await work();
    await database.sql.unsafe(`select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and objid = ${STALL} and not granted`);
  } finally {
    await holder`select pg_advisory_unlock(${STALL})`;
    holder.release();
    await database.sql.unsafe(`alter table mails disable trigger ${trigger}`);
  }
}

describe.skipIf(process.platform === 'win32')(`T60: ${MAILS} mails and a process that SIGKILL ends`, () => {
  let app: AppProcess;
  beforeAll(async () => {
    app = start();
    await app.address();
  }, 120_000);

  it.each(POINTS)(
    '$name: each mail arrives exactly once',
    async ({ name, rule = 'open', letPass = 0, trigger, isReached }) => {
      const round = POINTS.findIndex((point) => point.name === name);
      const emails = Array.from({ length: MAILS }, (_, index) => `dev${round}-${index}@example.com`);
      const before = await marked();
      taken.length = 0;
      gate.set(rule, letPass);
      const address = await app.address();
      let killedAt = 0;
      await stalling(trigger, async () => {
        await inviteMany(address, emails);
        await eventually(
          () => `the process to be ${name}; it said:\n${app.output()}`,
          async () => {
            const invited = await counted(
              database.sql`select 1 from invitations where email like ${`dev${round}-%`}`,
            );
            return invited === MAILS && (await isReached(before));
          },
          WAIT_MS,
        );
        killedAt = Date.now();
        app.child.kill('SIGKILL');
        expect(await app.ended).toBe('SIGKILL');
      });
      expect(await marked()).toBeLessThan(before + MAILS);

      // The sweep that finds each mail must come in time; then the test ends the leases instead of waiting for them.
      const [lease] = await database.sql<{ until: string | null }[]>`
        select max(leased_until) as until from mails where state = 'queued'`;
      const until = lease?.until ? new Date(lease.until).getTime() : killedAt;
      expect(until + SWEPT_EVERY_MS - killedAt).toBeLessThan(PROMISED_MS);
      await database.sql`update mails set leased_until = now() - interval '1 second' where leased_until is not null`;

      gate.set('open');
      // At the same address, because no mail leaves whose link leads to another one.
      app = start(new URL(address).port);
      await app.address();
      await eventually(
        () => `all mails; ${taken.length} were taken; it said:\n${app.output()}`,
        async () => (await marked()) === before + MAILS,
        WAIT_MS,
      );
      expect([...taken].sort()).toEqual([...emails].sort());
      expect(provider.refusals()).toEqual([]);
    },
    180_000,
  );

  it('SIGTERM ends the last process with 0', async () => {
    app.child.kill('SIGTERM');
    expect(await app.ended).toBe(0);
  });
});
