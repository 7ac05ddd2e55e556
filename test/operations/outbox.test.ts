// A mail that an operation queues reaches the mail service once or not at all.
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openJobPool } from '../../src/db/outbox/job-pool.ts';
import { createTasks, deliverMail, type JobDependencies } from '../../src/jobs/tasks.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { createResendDelivery } from '../../src/mail/delivery/resend.ts';
import { addAccount } from '../../src/operations/accounts/add.ts';
import { blockAccount } from '../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../src/operations/accounts/delete.ts';
import { editAccount } from '../../src/operations/accounts/edit.ts';
import { invite } from '../../src/operations/invitations/invite.ts';
import { revokeInvitation } from '../../src/operations/invitations/revoke.ts';
import { sweepMails } from '../../src/operations/mails/sweep.ts';
import { sendPasswordReset } from '../../src/operations/passwords/send-reset.ts';
import { setPassword } from '../../src/operations/passwords/set.ts';
import { saveTemplate } from '../../src/operations/templates/save.ts';
import { ADMIN, createTestContext, SYSTEM } from '../support/context.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { createSlackDriver, type SlackDriver } from '../support/slack-driver.ts';

const WORKERS = 8;
/** `MAIL_ROWS=1000` for the full number: what they meet are the workers. */
const ROWS = Number(process.env.MAIL_ROWS ?? 300);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const t = forAllTests(createTestContext);
let provider: SlackDriver;
let dependencies: JobDependencies;
/** The mails that the service accepted since the test began; a repeated idempotency key adds none. */
let taken: { to: string[]; subject: string; text: string; idempotencyKey: string }[] = [];

const NO_SLACK = {
  'send-export': async () => {},
  'delete-exported-file': async () => {},
  'post-digest': async () => {},
  'answer-slack-request': async () => {},
  'repaint-cards': async () => {},
  'repaint-announcement': async () => {},
  'repaint-drift': async () => {},
  'repaint-leaked-key': async () => {},
  'close-drift-card': async () => {},
  'close-leaked-key-card': async () => {},
  'tell-operator': async () => {},
  'repaint-subscription': async () => {},
  'repaint-sign-ups': async () => {},
  'repaint-approval': async () => {},
  'repaint-invitations': async () => {},
  'tell-requester': async () => {},
  'remind-of-approval': async () => {},
  'repaint-review': async () => {},
  'tell-of-review': async () => {},
  'send-review-report': async () => {},
  'post-notice': async () => {},
  'tell-of-ending-token': async () => {},
  'tell-of-lost-operator': async () => {},
  'tell-of-outage': async () => {},
  'confirm-operator': async () => {},
  showBatch: async () => ({ channelId: null, messageTs: null }),
};

beforeAll(async () => {
  // On the clock of the test, so that the service forgets an idempotency key after a day of it.
  provider = await createSlackDriver({ clock: t.clock });
  provider.inbox.onAccepted((mail) => taken.push(mail));
  const { apiKey } = provider.resend;
  dependencies = {
    log: pino({ level: 'silent' }),
    azure: () => null,
    system: () => t.as(SYSTEM),
    delivery: createResendDelivery({ apiKey, baseUrl: provider.resendBaseUrl, timeoutMs: 2_000 }),
    from: 'Example APIs <apis@example.com>',
    replyTo: 'support@example.com',
    slack: () => NO_SLACK,
  };
});
beforeEach(() => {
  provider.nothingFails();
  taken = [];
});
afterAll(async () => {
  await provider?.close();
});

const admin = () => t.as(ADMIN);
let count = 0;
const newAddress = (): string => {
  count += 1;
  return `Dev.${count}@Example.com`;
};
async function added(): Promise<{ accountId: string; email: string }> {
  const email = newAddress();
  const { account } = await addAccount(admin(), {
    email,
    firstName: 'Ann',
    lastName: 'Lee',
    password: 'three quiet garden chairs',
  });
  return { accountId: account.id, email };
}

/** One attempt for every mail that waits and whose time has come. */
async function attemptAll(): Promise<void> {
  const waiting = await t.sql<{ id: string }[]>`select id from mails where state = 'queued' order by id`;
  for (const { id } of waiting) await deliverMail(dependencies, { serviceId: 'ours', mailId: id });
}

/** Attempts all waiting mails every `stepMs`, for `ms` of the test's clock. */
async function attemptFor(ms: number, stepMs: number): Promise<void> {
  for (let gone = 0; gone < ms; gone += stepMs) {
    await attemptAll();
    t.advance(stepMs);
  }
  await attemptAll();
}

const mailsOf = (of: { accountId: string } | { invitationId: string }) =>
  'accountId' in of
    ? t.sql`select template, state, attempts from mails where account_id = ${of.accountId} order by id`
    : t.sql`select template, state, attempts from mails where invitation_id = ${of.invitationId} order by id`;
const takenFor = (email: string) => taken.filter((mail) => mail.to.includes(email));

describe('T62: news of something that happened', () => {
  it('leaves without its link when that has died, and with it otherwise', async () => {
    const { accountId, email } = await added();
    await setPassword(admin(), { accountId, password: 'another four quiet chairs' });
    await blockAccount(admin(), { accountId, tellDeveloper: false });
    await attemptAll();
    const [told] = takenFor(email).filter((mail) => /password was changed/.test(mail.subject));
    expect(told?.text).toContain('just changed');
    expect(told?.text).not.toMatch(/ticket=|This wasn’t me|works until/);
    const other = await added();
    await setPassword(admin(), { accountId: other.accountId, password: 'another four quiet chairs' });
    await attemptAll();
    const [second] = takenFor(other.email).filter((mail) => /password was changed/.test(mail.subject));
    expect(second?.text).toMatch(/\/account\/secure\?ticket=[\w-]{43}/);
  });
});

describe('T62: while the mail service is down', () => {
  it('for two hours, a mail waits and is delivered once afterwards', async () => {
    const email = newAddress();
    const { invitationId } = await invite(admin(), { email });
    provider.mailFails({ kind: 'server-error' }, Number.POSITIVE_INFINITY);
    await attemptFor(2 * HOUR_MS, 5 * MINUTE_MS);
    expect(await mailsOf({ invitationId })).toMatchObject([{ state: 'queued' }]);
    expect(taken).toEqual([]);
    provider.nothingFails();
    await attemptFor(30 * MINUTE_MS, 5 * MINUTE_MS);
    expect(await mailsOf({ invitationId })).toMatchObject([{ state: 'accepted' }]);
    expect(takenFor(email)).toHaveLength(1);
  });

  it('for two hours, a mail whose link has expired meanwhile is not sent, and ends as unknown', async () => {
    const person = await added();
    await attemptAll();
    taken = [];
    await sendPasswordReset(admin(), { accountId: person.accountId });
    provider.mailFails({ kind: 'server-error' }, Number.POSITIVE_INFINITY);
    await attemptFor(2 * HOUR_MS, 5 * MINUTE_MS);
    provider.nothingFails();
    await attemptFor(HOUR_MS, 15 * MINUTE_MS);
    const [, reset] = await mailsOf(person);
    expect(reset).toMatchObject({ template: 'PasswordResetIdentityDefault', state: 'unknown' });
    expect(taken).toEqual([]);
  });

  it('for 25 hours, an invitation ends as unknown and is not sent late', async () => {
    const email = newAddress();
    const { invitationId } = await invite(admin(), { email });
    provider.mailFails({ kind: 'server-error' }, Number.POSITIVE_INFINITY);
    await attemptFor(25 * HOUR_MS, 15 * MINUTE_MS);
    provider.nothingFails();
    await attemptFor(2 * HOUR_MS, 15 * MINUTE_MS);
    expect(await mailsOf({ invitationId })).toMatchObject([{ state: 'unknown' }]);
    expect(taken).toEqual([]);
  });
});

describe('T63: a mail that the service accepted without an answer', () => {
  it('is sent again with the same bytes, although its template was changed meanwhile', async () => {
    const email = newAddress();
    const { invitationId } = await invite(admin(), { email });
    provider.mailFails({ kind: 'accept-then-drop' });
    await attemptAll();
    expect(await mailsOf({ invitationId })).toMatchObject([{ state: 'queued', attempts: 1 }]);
    const template = 'InviteUserNotificationMessage';
    await saveTemplate(admin(), { template, subject: 'Other words', body: 'Quite other words: $ConfirmUrl' });
    await attemptFor(2 * MINUTE_MS, MINUTE_MS);
    expect(await mailsOf({ invitationId })).toMatchObject([{ state: 'accepted', attempts: 2 }]);
    expect(takenFor(email)).toHaveLength(1);
    expect(takenFor(email)[0]?.subject).not.toContain('Other words');
    // The service refuses other bytes under the same key.
    expect(provider.refusals().filter((why) => why.includes('idempotent'))).toEqual([]);
  });

  it.each([
    ['23 h 59 min', 24 * 60 - 1],
    ['24 h 1 min', 24 * 60 + 1],
  ])('is not sent a second time %s later', async (_when, minutes) => {
    const email = newAddress();
    const { invitationId } = await invite(admin(), { email });
    provider.mailFails({ kind: 'accept-then-drop' });
    await attemptAll();
    expect(takenFor(email)).toHaveLength(1);
    t.advance(minutes * MINUTE_MS);
    await attemptAll();
    expect(takenFor(email)).toHaveLength(1);
    expect(await mailsOf({ invitationId })).toMatchObject([{ state: 'unknown', attempts: 1 }]);
  });
});

describe('T65: a mail that is no longer true when its turn comes', () => {
  it.each([
    ['blocked', (accountId: string) => blockAccount(admin(), { accountId }), 'AccountBlocked'],
    ['deleted', (accountId: string) => deleteAccount(admin(), { accountId }), 'AccountClosedDeveloper'],
  ])('is not sent: after an account was %s, only the notice of that is sent', async (_how, end, notice) => {
    const { accountId, email } = await added();
    const wanted = newAddress();
    await sendPasswordReset(admin(), { accountId });
    await editAccount(admin(), { accountId, email: wanted });
    await end(accountId);
    await attemptAll();
    const rows = await mailsOf({ accountId });
    const states = Object.fromEntries(rows.map((row) => [row.template, row.state]));
    expect(states).toMatchObject({
      NewDeveloperNotificationMessage: 'cancelled',
      PasswordResetIdentityDefault: 'cancelled',
      EmailChangeIdentityDefault: 'cancelled',
      [notice]: 'accepted',
    });
    expect(takenFor(wanted)).toEqual([]);
    for (const mail of takenFor(email)) expect(mail.text).not.toContain('ticket=');
  });

  it('is not sent: an invitation that an admin revoked', async () => {
    const email = newAddress();
    const { invitationId } = await invite(admin(), { email });
    await revokeInvitation(admin(), { invitationId });
    await attemptAll();
    expect(await mailsOf({ invitationId })).toMatchObject([{ state: 'cancelled' }]);
    expect(taken).toEqual([]);
  });
});

it(`T61: ${WORKERS} workers send ${ROWS} mails once each`, async () => {
  const addresses = Array.from({ length: ROWS }, newAddress);
  const left = [...addresses];
  const inviting = Array.from({ length: 20 }, async () => {
    for (let email = left.pop(); email; email = left.pop()) await invite(admin(), { email });
  });
  await Promise.all(inviting);
  const workers: Awaited<ReturnType<typeof startWorker>>[] = [];
  try {
    for (let index = 0; index < WORKERS; index++) {
      workers.push(
        await startWorker(
          openJobPool(t.databaseUrl, () => {}),
          { log: dependencies.log, db: t.db, tasks: createTasks(dependencies), everyMinute: async () => {} },
        ),
      );
      // A sweep at each start offers again what another worker is about to send.
      await sweepMails(t.as(SYSTEM), {});
    }
    await eventually(
      () => `all mails; there are ${taken.length}`,
      async () => {
        const [row] = await t.sql`select count(*)::int as left from mails where state = 'queued'`;
        return row?.left === 0;
      },
      120_000,
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
  expect(taken.map((mail) => mail.to[0]).sort()).toEqual([...addresses].sort());
  expect(new Set(taken.map((mail) => mail.idempotencyKey)).size).toBe(ROWS);
}, 180_000);

it('T19: each mail of this file went to the email exactly as it is stored', async () => {
  const stored = await t.sql<
    { email: string }[]
  >`select email from accounts union select email from invitations`;
  const known = new Set(stored.map((row) => row.email));
  expect(provider.inbox.mails().length).toBeGreaterThan(0.9 * ROWS);
  for (const mail of provider.inbox.mails())
    expect(mail.to.map((address) => [address, known.has(address)])).toEqual([[mail.to[0], true]]);
});

it('T66: no mail of this file keeps its text once its outcome is known', async () => {
  const states = await t.sql<{ state: string }[]>`select distinct state from mails order by state`;
  expect(states.map((row) => row.state)).toEqual(['accepted', 'cancelled', 'unknown']);
  expect(
    await t.sql`select id from mails where sealed_order is not null or sealed_message is not null`,
  ).toEqual([]);
});
