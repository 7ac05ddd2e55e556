import { describe, expect, it } from 'vitest';
import { activateAccount } from '../../../src/operations/accounts/activate.ts';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { decideApproval } from '../../../src/operations/approvals/decide.ts';
import { planCards } from '../../../src/operations/cards/plan.ts';
import { planApprovalCards } from '../../../src/operations/cards/plan-approval.ts';
import { planInvitationsCard } from '../../../src/operations/cards/plan-invitations.ts';
import { recordPaintedCard } from '../../../src/operations/cards/record-painted.ts';
import { sweepCards } from '../../../src/operations/cards/sweep.ts';
import { invite } from '../../../src/operations/invitations/invite.ts';
import { requestInvitation } from '../../../src/operations/invitations/request.ts';
import { ADMIN, APPROVER, createTestContext, MEMBER, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const CHANNEL = 'C0APPROVALS';
const t = forAllTests(createTestContext);

let people = 0;
async function pending(): Promise<string> {
  people += 1;
  const email = `waits${people}@example.com`;
  const added = await addAccount(t.as(ADMIN), { email, firstName: 'A', lastName: 'B', verifyFirst: true });
  return added.account.id;
}
async function asked(): Promise<string> {
  people += 1;
  const { approvalId } = await requestInvitation(t.as(MEMBER), {
    email: `asked${people}@example.com`,
    why: '',
  });
  return approvalId;
}
/** The jobs that a sweep queues after every earlier job was lost. */
async function swept(): Promise<string[]> {
  await t.sql`delete from graphile_worker._private_jobs`;
  t.advance(2 * 60_000);
  await sweepCards(t.as(SYSTEM), {});
  const jobs = await t.sql`select key from graphile_worker.jobs order by key`;
  return jobs.map((job) => String(job.key));
}
/** The jobs that the sweeps an hour later queue, at the same minute of the hour. */
async function sweptInAnHour(): Promise<string[]> {
  await t.sql`delete from graphile_worker._private_jobs`;
  for (const seconds of [59.5 * 60, 30]) {
    t.advance(seconds * 1_000);
    await sweepCards(t.as(SYSTEM), {});
  }
  const jobs = await t.sql`select key from graphile_worker.jobs order by key`;
  return jobs.map((job) => String(job.key)).filter((key) => key.startsWith('invitations:'));
}
/** Records the cards as painted, as the job does when Slack answers. */
async function painted(plan: { cards: { id: string }[] }, version: number): Promise<void> {
  for (const { id: cardId } of plan.cards)
    await recordPaintedCard(t.as(SYSTEM), { cardId, channelId: CHANNEL, messageTs: '1.2', version });
}
const planOf = (accountId: string) => planCards(t.as(SYSTEM), { accountId, channels: [CHANNEL] });
const planOfApproval = (approvalId: string) =>
  planApprovalCards(t.as(SYSTEM), { approvalId, channels: [CHANNEL] });

describe('a card whose job was lost', () => {
  it('is posted for a pending account by the next sweep, and is then left alone', async () => {
    const accountId = await pending();
    expect(await swept()).toEqual([`cards:ours:${accountId}`]);
    const plan = await planOf(accountId);
    // Slack did not accept the planned card.
    expect(await swept()).toEqual([`cards:ours:${accountId}`]);
    await painted(plan, plan.account.version);
    expect(await swept()).toEqual([]);
    await activateAccount(t.as(APPROVER), { accountId });
    expect(await swept()).toEqual([`cards:ours:${accountId}`]);
    const after = await planOf(accountId);
    await painted(after, after.account.version);
    expect(await swept()).toEqual([]);
  });

  it('is not posted for an account that an approver decided meanwhile', async () => {
    const accountId = await pending();
    await planOf(accountId);
    await activateAccount(t.as(APPROVER), { accountId });
    expect(await swept()).toEqual([]);
    expect((await planOf(accountId)).cards).toEqual([]);
  });

  it('is posted for an open request, and repainted once the request has ended', async () => {
    const approvalId = await asked();
    const key = `approval:ours:${approvalId}`;
    expect(await swept()).toEqual([key]);
    const plan = await planOfApproval(approvalId);
    await painted(plan, plan.approval.version);
    expect(await swept()).toEqual([]);
    await decideApproval(t.as(APPROVER), { approvalId, decision: 'decline', reason: 'no' });
    expect(await swept()).toEqual([key]);
    const after = await planOfApproval(approvalId);
    await painted(after, after.approval.version);
    expect(await swept()).toEqual([]);
  });

  it('is not posted for a request that an approver decided meanwhile', async () => {
    const approvalId = await asked();
    await planOfApproval(approvalId);
    await decideApproval(t.as(APPROVER), { approvalId, decision: 'decline', reason: 'no' });
    expect(await swept()).toEqual([]);
    expect((await planOfApproval(approvalId)).cards).toEqual([]);
  });

  it('is repainted for a batch of invitations, within the hour, and posted when Slack never had it', async () => {
    const batchId = '01900000-0000-7000-8000-00000000ba7c';
    const ids = [];
    for (const email of ['one@batch.example.com', 'two@batch.example.com'])
      ids.push((await invite(t.as(ADMIN), { email, batchId })).invitationId);
    const key = `invitations:ours:${batchId}`;
    const person = { teamId: ADMIN.teamId, userId: ADMIN.userId };
    const plan = () => planInvitationsCard(t.as(SYSTEM), { batchId, person, channelId: CHANNEL });
    expect(await sweptInAnHour()).toEqual([]);
    const expire = (id = '') => t.sql`update invitations set state = 'expired', version = version + 1,
      ended_at = ${t.clock().toISOString()} where id = ${id}`;
    await expire(ids[0]);
    expect(await sweptInAnHour()).toEqual([key]);
    const first = await plan();
    await painted(first, first.report.version);
    expect(await sweptInAnHour()).toEqual([]);
    await expire(ids[1]);
    expect(await sweptInAnHour()).toEqual([key]);
    const second = await plan();
    await painted(second, second.report.version);
    expect(await sweptInAnHour()).toEqual([]);
  });

  it('is repainted for many sign-ups that were decided while Slack was away', async () => {
    const summaryId = '01900000-0000-7000-8000-0000000051a1';
    await t.sql`insert into sign_up_summaries (service_id, id, created_at, ended_at)
      values ('ours', ${summaryId}, now() - interval '2 hours', now() - interval '1 hour')`;
    await t.sql`insert into cards (service_id, id, sign_up_summary_id, channel_id, message_ts, painted_version,
        created_at, changed_at)
      values ('ours', ${summaryId}, ${summaryId}, ${CHANNEL}, '1.2', 3, now(), now())`;
    expect(await swept()).toContain(`sign-ups:ours:${summaryId}`);
    await t.sql`update cards set painted_version = 1 where sign_up_summary_id = ${summaryId}`;
    expect(await swept()).not.toContain(`sign-ups:ours:${summaryId}`);
  });
});
