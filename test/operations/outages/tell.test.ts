import { beforeEach, describe, expect, it } from 'vitest';
import { invite } from '../../../src/operations/invitations/invite.ts';
import { claimMail } from '../../../src/operations/mails/claim.ts';
import { settleMail } from '../../../src/operations/mails/settle.ts';
import { noteOutage } from '../../../src/operations/outages/note.ts';
import { tellOutages } from '../../../src/operations/outages/tell.ts';
import { ADMIN, createTestContext, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const MINUTE_MS = 60_000;
const ALERTED = ['oncall@example.com', 'boss@example.com'];

const t = forAllTests(() => createTestContext({ alertEmails: ALERTED }));
beforeEach(async () => {
  await t.sql`delete from outages`;
  await t.sql`delete from mails`;
  await t.sql`delete from graphile_worker._private_jobs`;
});

const system = () => t.as(SYSTEM);
const slackIs = (code: string | null) => noteOutage(system(), { of: 'slack', code });
const tell = () => tellOutages(system(), {});
/** Notes and tells each minute, as the schedule does. */
async function minutes(count: number, code: string | null): Promise<void> {
  for (let minute = 0; minute < count; minute++) {
    t.advance(MINUTE_MS);
    await slackIs(code);
    await tell();
  }
}
const mailed = async () => (await Promise.all(ALERTED.map(t.mailsTo))).flat().map((mail) => mail.template);
const jobs = () =>
  t.sql<{ payload: Record<string, unknown> }[]>`
    select payload from graphile_worker._private_jobs j join graphile_worker._private_tasks k on k.id = j.task_id
    where k.identifier = 'tell-of-outage'`;

describe('an outage of Slack', () => {
  it('is mailed once to each address after five minutes, and once more when Slack is back', async () => {
    await minutes(5, 'no_answer');
    expect(await mailed()).toEqual([]);
    await minutes(30, 'no_answer');
    expect(await mailed()).toEqual(['SlackAway', 'SlackAway']);
    const [mail] = await t.mailsTo('oncall@example.com');
    expect(mail?.variables.OutageWhat).toMatch(/doesn’t answer/);
    await t.sql`update mails set state = 'accepted', sealed_order = null`;
    await minutes(3, null);
    expect(await mailed()).toEqual(['SlackBack', 'SlackBack']);
  });

  it('is mailed once when ten processes check at the same moment', async () => {
    await minutes(5, 'no_answer');
    t.advance(MINUTE_MS);
    await slackIs('no_answer');
    await Promise.all(Array.from({ length: 10 }, tell));
    expect(await mailed()).toHaveLength(ALERTED.length);
    await slackIs(null);
    await Promise.all(Array.from({ length: 10 }, tell));
    expect(await mailed()).toEqual(['SlackBack', 'SlackBack']);
  });

  it('is not mailed when it is short, however often it happens', async () => {
    for (let round = 0; round < 5; round++) {
      await minutes(4, 'no_answer');
      await minutes(1, null);
    }
    expect(await mailed()).toEqual([]);
  });

  it('continues when Slack fails again before its end was mailed', async () => {
    await minutes(7, 'no_answer');
    await slackIs(null);
    await minutes(7, 'no_answer');
    expect(await mailed()).toEqual(['SlackAway', 'SlackAway']);
  });

  it('is mailed with advice that fits the error from Slack', async () => {
    await minutes(7, 'token_revoked');
    const [mail] = await t.mailsTo('oncall@example.com');
    expect(mail?.variables).toMatchObject({
      OutageWhat: expect.stringMatching(/removed the app, or revoked its token/),
      OutageAdvice: expect.stringMatching(/SLACK_BOT_TOKEN/),
    });
  });
});

describe('an outage of the mail service', () => {
  let count = 0;
  async function queued(): Promise<string> {
    count += 1;
    const email = `dev${count}@example.com`;
    await invite(t.as(ADMIN), { email });
    return (await t.mailsTo(email))[0]?.id ?? '';
  }
  async function attempted(mailId: string, outcome: Parameters<typeof settleMail>[1]['outcome']) {
    await t.sql`update mails set next_attempt_at = now() - interval '1 day', leased_until = null where id = ${mailId}`;
    const claimed = await claimMail(system(), { mailId });
    await settleMail(system(), { mailId, attempt: claimed?.attempt ?? 0, outcome });
  }
  const refused = { kind: 'retry', code: 'invalid_api_key', delaySeconds: 60 } as const;

  it('is told to each admin in Slack once, and once more when a mail is accepted', async () => {
    const mailId = await queued();
    await attempted(mailId, refused);
    t.advance(4 * MINUTE_MS);
    await attempted(mailId, refused);
    await tell();
    expect(await jobs()).toEqual([]);
    t.advance(2 * MINUTE_MS);
    await attempted(mailId, refused);
    await Promise.all(Array.from({ length: 10 }, tell));
    const about = { serviceId: 'ours', operator: 'T0TEST/U0ADMIN', code: 'invalid_api_key' };
    expect((await jobs()).map((job) => job.payload)).toEqual([
      { ...about, isOver: false, since: expect.any(String) },
    ]);

    // The job for the beginning has not run yet: the one for the end replaces it.
    await attempted(mailId, { kind: 'accepted', providerId: 'provider 1' });
    await tell();
    expect((await jobs()).map((job) => job.payload)).toEqual([
      { ...about, isOver: true, since: expect.any(String) },
    ]);
    await t.sql`delete from graphile_worker._private_jobs`;
    await tell();
    expect(await jobs()).toEqual([]);
  });

  it('does not begin when the service rejects one mail for a wrong address', async () => {
    await attempted(await queued(), { kind: 'rejected', code: 'validation_error' });
    expect(await t.sql`select * from outages`).toHaveLength(0);
  });

  it('ends a mail after 23 hours of refusals as failed, not as unknown, because the service never took it', async () => {
    const mailId = await queued();
    await t.sql`update tickets set expires_at = now() + interval '9 days'`;
    await attempted(mailId, refused);
    t.advance(24 * 60 * MINUTE_MS);
    await claimMail(system(), { mailId });
    expect(await t.sql`select state from mails where id = ${mailId}`).toEqual([{ state: 'failed' }]);
  });
});
