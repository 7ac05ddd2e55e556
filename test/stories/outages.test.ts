// Slack goes away while people use it, and mail stops leaving: the tests say who is told and what is there afterwards.
import { describe, expect, it } from 'vitest';
import { startTestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { forAllTests } from '../support/for-all-tests.ts';
import { runProgram } from '../support/process.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The app asks Slack every 20 seconds whether it is there, and tries a failed call three times. */
const NOTICED_MS = 60_000;

const app = forAllTests(() =>
  startTestApp(
    { SECOND_OPERATOR_FOR: 'accounts/delete', ALERT_EMAIL: 'oncall@example.com, boss@example.com' },
    { clock: () => new Date(now) },
  ),
);
let now = Date.now();

const admin = () => app.as('admin');
const approver = () => app.as('approver');

async function minute(): Promise<void> {
  now += MINUTE_MS;
  const [job] = await app.sql`select id from graphile_worker.add_job('every-minute')`;
  const isThere = () => app.sql`select from graphile_worker.jobs where id = ${job?.id}`;
  await eventually('the minute to be over', async () => (await isThere()).length === 0);
}
async function minutes(count: number): Promise<void> {
  for (let one = 0; one < count; one++) await minute();
}
const slackIs = (reachable: 0 | 1) =>
  eventually(
    `Slack to be ${reachable ? 'reached' : 'missed'}`,
    async () => (await (await fetch(`${app.url}/metrics`)).text()).includes(`slack_reachable ${reachable}\n`),
    NOTICED_MS,
  );
const mailsAbout = (subject: RegExp) => app.inbox.mails().filter((mail) => subject.test(mail.subject));
const messagesAbout = (words: RegExp, channel: string) =>
  app.workspace.conversations.all().filter((one) => one.channel === channel && words.test(one.text));
const stateOf = async (address: string) =>
  (await app.sql`select state from accounts where email = ${address} order by registered_at desc`)[0]?.state;
const operate = (...words: string[]) =>
  runProgram('operate', words, {
    DATABASE_URL: app.databaseUrl,
    SECRET_KEY: Buffer.alloc(32, 7).toString('base64'),
    SECOND_OPERATOR_FOR: 'accounts/delete',
    PUBLIC_URL: app.publicUrl,
  });
const WHY = ['--as', 'Connie', '--reason', 'slack is away'];

async function hasAccount(address: string, name: string, verifyFirst = false): Promise<void> {
  await admin().types('/apim-user add');
  const modal = await admin().modal('Add an account');
  const [first = '', last = ''] = name.split(' ');
  await modal.fill({ Email: address, 'First name': first, 'Last name': last });
  if (verifyFirst) await modal.fill({ 'Email confirmation': ['Send a link to confirm it first'] });
  await modal.submit();
  await modal.sees(verifyFirst ? /pending/ : /Added/);
  await modal.closeAll();
}
async function asksToDelete(address: string): Promise<void> {
  await admin().types(`/apim-user delete ${address}`);
  const modal = await admin().modal('Delete an account');
  await modal.submit();
  await modal.sees(/second operator must approve/);
  await modal.closeAll();
}

describe('Slack away for an hour, in the middle of approving and blocking', {
  timeout: 4 * NOTICED_MS,
}, () => {
  it('loses nothing: the alert addresses are mailed, the console works, and each card is posted once, in its latest state', async () => {
    await hasAccount('ann@example.com', 'Ann Lee');
    await hasAccount('bea@example.com', 'Bea Fox', true);
    await hasAccount('cy@example.com', 'Cy Oak');
    await asksToDelete('ann@example.com');
    const channel = app.slack.approvalsChannel;
    approver().goesTo(channel);
    const asked = await approver().message(/Delete Ann Lee\?/);
    const pending = await approver().message(/not confirmed/);
    await approver().types('/apim-user approvals');
    await approver().sees(/Delete Ann Lee/);

    // Presses still come in, but nothing goes out.
    app.slackFails('*', { kind: 'server-error' }, 1_000_000);
    await asked.clicks(/Approve/);
    await eventually('Ann to be deleted', async () => (await stateOf('ann@example.com')) === 'deleted');
    expect(asked.text()).not.toMatch(/Approved by/);

    await slackIs(0);
    await minutes(4);
    expect(mailsAbout(/Slack is away/)).toEqual([]);
    await minutes(4);
    await eventually('both to be mailed', () => mailsAbout(/Slack is away/).length === 2);
    expect(mailsAbout(/Slack is away/)[0]?.text).toMatch(/operate -- block ann@example\.com/);

    const blocked = await operate('block', 'bea@example.com', ...WHY);
    expect([blocked.code, await stateOf('bea@example.com')]).toEqual([0, 'blocked']);
    expect((await operate('delete', 'cy@example.com', ...WHY)).code).toBe(75);
    const forgotten = await app.post('/password/forgot', { email: 'cy@example.com' });
    expect(forgotten.status).toBe(200);
    await eventually('mail to go on', () =>
      app.inbox.mails().some((mail) => mail.to.includes('cy@example.com') && /password/.test(mail.subject)),
    );
    now += HOUR_MS;
    await minute();
    expect(mailsAbout(/Slack is (away|back)/)).toHaveLength(2);

    app.nothingFails();
    await slackIs(1);
    await minute();
    await eventually('both to be mailed again', () => mailsAbout(/Slack is back/).length === 2);
    await eventually('the decided card to say so', () => /Approved by Amir Approver/.test(asked.text()));
    await eventually('the blocked card to say so', () => /blocked/.test(pending.text()));
    await eventually('the new card', () => messagesAbout(/Delete Cy Oak\?/, channel).length > 0);
    await minutes(2);
    expect(messagesAbout(/Delete Ann Lee\?/, channel)).toHaveLength(1);
    expect(messagesAbout(/Delete Cy Oak\?/, channel)).toHaveLength(1);
    expect(messagesAbout(/Bea Fox/, channel)).toHaveLength(1);
    expect(mailsAbout(/Slack is (away|back)/)).toHaveLength(4);

    await approver().clicks('Approve: Delete Cy Oak?');
    await eventually('Cy to be deleted', async () => (await stateOf('cy@example.com')) === 'deleted');
  });
});

describe('a mail provider that refuses our key', () => {
  it('is reported to each admin once with the remedy, and once more when the waiting mails leave', async () => {
    const away = /No mail has gone out since/;
    const back = /Mail works again/;
    app.mailFails({ kind: 'error', code: 'invalid_api_key', status: 403 }, 1_000);
    await admin().types('/apim-user invite late@example.com');
    await admin().sees(/late@example.com/);
    // The attempt must have ended, because its end is stored by the clock that this test moves next.
    const attempts = async () =>
      (await app.sql`select attempts from mails where template like 'Invite%' and leased_until is null`)[0]
        ?.attempts;
    await eventually('a first attempt', async () => (await attempts()) === 1);
    now += 6 * MINUTE_MS;
    await minute();
    await eventually('a second attempt', async () => (await attempts()) >= 2);
    await minute();
    const text = await admin().sees(away);
    expect(text).toMatch(/RESEND_API_KEY/);
    expect(text).toMatch(/What still works:\W* everything in Slack/);
    await minutes(3);
    expect(
      admin()
        .dm()
        .filter((one) => away.test(one.text())),
    ).toHaveLength(1);
    expect(approver().canRead(away)).toBe(false);

    app.nothingFails();
    now += HOUR_MS / 2;
    await minute();
    await eventually('the mail', () =>
      app.inbox.mails().find((mail) => mail.to.includes('late@example.com')),
    );
    await minute();
    await admin().sees(back);
    await minutes(2);
    expect(
      admin()
        .dm()
        .filter((one) => back.test(one.text())),
    ).toHaveLength(1);
  });
});
