import { describe, expect, it } from 'vitest';
import { listOwnApprovals } from '../../../src/operations/approvals/list-own.ts';
import { listWaitingApprovals } from '../../../src/operations/approvals/list-waiting.ts';
import { sweepApprovals } from '../../../src/operations/approvals/sweep.ts';
import { withdrawApproval } from '../../../src/operations/approvals/withdraw.ts';
import type { Actor } from '../../../src/operations/frame/context.ts';
import { anAccount, stateOf } from '../../support/accounts.ts';
import { approvalRow, createApprovalContext, decide, requestDeletion } from '../../support/approvals.ts';
import { ADMIN, APPROVER, refusalOf, SYSTEM } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const HOUR_MS = 3_600_000;

const t = forAllTests(createApprovalContext);

describe('a request that waits for approval', () => {
  it('expires after 24 hours and two reminders, and can no longer be approved', async () => {
    const { accountId } = await anAccount(t);
    const approvalId = await requestDeletion(t, accountId);
    const reminders = async () => {
      await sweepApprovals(t.as(SYSTEM), {});
      const [row] = await t.sql`select reminders from approvals where id = ${approvalId}`;
      return row?.reminders;
    };
    t.advance(3.9 * HOUR_MS);
    expect(await reminders()).toBe(0);
    t.advance(0.2 * HOUR_MS);
    expect(await reminders()).toBe(1);
    expect(await reminders()).toBe(1);
    t.advance(18 * HOUR_MS);
    expect(await reminders()).toBe(2);
    t.advance(2 * HOUR_MS);
    expect(await refusalOf(decide(t, APPROVER, approvalId))).toBe('approval_ended');
    await sweepApprovals(t.as(SYSTEM), {});
    expect(await approvalRow(t, approvalId)).toMatchObject({ state: 'expired' });
    expect(await stateOf(t, accountId)).toBe('active');
  });

  it('can be withdrawn by its requester, and by no other operator', async () => {
    const { accountId } = await anAccount(t);
    const approvalId = await requestDeletion(t, accountId);
    expect(await refusalOf(withdrawApproval(t.as(APPROVER), { approvalId }))).toBe('approval_not_found');
    await withdrawApproval(t.as(ADMIN), { approvalId });
    expect(await refusalOf(decide(t, APPROVER, approvalId))).toBe('approval_ended');
    expect(await stateOf(t, accountId)).toBe('active');
  });

  it('is expired for its requester too, also before the sweep stores that', async () => {
    const { accountId } = await anAccount(t);
    const approvalId = await requestDeletion(t, accountId);
    t.advance(25 * HOUR_MS);
    expect(await refusalOf(withdrawApproval(t.as(ADMIN), { approvalId }))).toBe('approval_ended');
    expect(await approvalRow(t, approvalId)).toMatchObject({ state: 'open' });
  });

  it('is listed for the operators who may decide it, and its requester sees the outcome', async () => {
    const { accountId } = await anAccount(t);
    const approvalId = await requestDeletion(t, accountId);
    const waiting = async (actor: Actor) =>
      (await listWaitingApprovals(t.as(actor), {})).approvals.map((one) => one.id);
    expect(await waiting(APPROVER)).toContain(approvalId);
    expect(await waiting(ADMIN)).not.toContain(approvalId);
    await decide(t, APPROVER, approvalId, 'decline', 'no');
    const [own] = (await listOwnApprovals(t.as(ADMIN), {})).approvals;
    expect(own).toMatchObject({
      id: approvalId,
      state: 'declined',
      decidedByName: 'Abe Approver',
      decisionReason: 'no',
    });
  });
});
