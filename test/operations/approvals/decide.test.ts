import { beforeEach, describe, expect, it } from 'vitest';
import { editAccount } from '../../../src/operations/accounts/edit.ts';
import { confirmOperator } from '../../../src/operations/operators/confirm.ts';
import { doubtOperator } from '../../../src/operations/operators/doubt.ts';
import { grantRole } from '../../../src/operations/operators/grant.ts';
import { withdrawRole } from '../../../src/operations/operators/withdraw.ts';
import { anAccount, stateOf } from '../../support/accounts.ts';
import {
  approvalRow,
  createApprovalContext,
  decide,
  requestDeletion,
  SECOND_ADMIN,
  SECOND_APPROVER,
} from '../../support/approvals.ts';
import { ADMIN, APPROVER, MEMBER, refusalOf, SYSTEM, slackActor } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const { email: ADMIN_EMAIL } = slackActor('U0ADMIN', 'Ada Admin');

const t = forAllTests(createApprovalContext);
beforeEach(() => t.memberships.clear());

describe('deciding a request', () => {
  it('with a decline leaves the account unchanged, and the change can be requested again', async () => {
    const { accountId } = await anAccount(t);
    const first = await requestDeletion(t, accountId);
    expect(await decide(t, APPROVER, first, 'decline', 'still under contract')).toMatchObject({
      state: 'declined',
    });
    expect(await stateOf(t, accountId)).toBe('active');
    expect(await refusalOf(decide(t, SECOND_ADMIN, first))).toBe('approval_ended');
    expect(await requestDeletion(t, accountId)).not.toBe(first);
  });

  it('T45: is refused to the requester, to the account’s own person, and to a demoted, deactivated or guest approver', async () => {
    const { accountId } = await anAccount(t, { email: 'u0second@work.example.com' });
    const approvalId = await requestDeletion(t, accountId);
    expect(await refusalOf(decide(t, ADMIN, approvalId))).toBe('approval_own');
    // A second Slack user of the same person: both have the same email.
    const again = { ...slackActor('U0SECOND', 'Ada Again'), email: String(ADMIN_EMAIL).toUpperCase() };
    expect(await refusalOf(decide(t, again, approvalId))).toBe('approval_own');
    expect(await refusalOf(decide(t, SECOND_ADMIN, approvalId))).toBe('approval_about_oneself');
    expect(await refusalOf(decide(t, MEMBER, approvalId))).toBe('not_permitted');
    for (const membership of ['deactivated', 'guest'] as const) {
      expect(
        await refusalOf(decide(t, slackActor('U0APPROVER', 'Abe Approver', membership), approvalId)),
      ).toBe('not_permitted');
    }
    await withdrawRole(t.as(ADMIN), { teamId: 'T0TEST', userId: 'U0APPROVER' });
    expect(await refusalOf(decide(t, APPROVER, approvalId))).toBe('not_permitted');
    expect(await approvalRow(t, approvalId)).toMatchObject({ state: 'open' });
    expect(await stateOf(t, accountId)).toBe('active');
    await grantRole(t.as(ADMIN), { teamId: 'T0TEST', userId: 'U0APPROVER', role: 'approver' });
    expect(await decide(t, APPROVER, approvalId)).toMatchObject({ state: 'approved' });
  });

  it('T45: ends the request as outdated when the requester can no longer act', async () => {
    for (const membership of ['guest', 'deactivated', 'stranger'] as const) {
      const { accountId } = await anAccount(t);
      const approvalId = await requestDeletion(t, accountId, SECOND_ADMIN);
      t.memberships.set('U0SECOND', membership);
      expect(await decide(t, APPROVER, approvalId)).toEqual({
        operation: 'accounts/delete',
        state: 'outdated',
        code: 'not_permitted',
      });
      expect(await stateOf(t, accountId)).toBe('active');
      t.memberships.clear();
    }
  });

  it('T45: is refused, and the request stays open, while Slack cannot say whether the requester may still act', async () => {
    const { accountId } = await anAccount(t);
    const approvalId = await requestDeletion(t, accountId, SECOND_ADMIN);
    t.memberships.set('U0SECOND', 'silent');
    expect(await refusalOf(decide(t, APPROVER, approvalId))).toBe('standing_unknown');
    expect(await approvalRow(t, approvalId)).toMatchObject({ state: 'open' });
    t.memberships.clear();
    expect(await decide(t, APPROVER, approvalId)).toMatchObject({ state: 'approved' });
  });

  it('T75: is refused, and the request stays open, while the requester is in doubt', async () => {
    const { accountId } = await anAccount(t);
    const approvalId = await requestDeletion(t, accountId, SECOND_ADMIN);
    const requester = { teamId: 'T0TEST', userId: 'U0SECOND' };
    await doubtOperator(t.as(SYSTEM), requester);
    expect(await refusalOf(decide(t, APPROVER, approvalId))).toBe('standing_unknown');
    expect(await approvalRow(t, approvalId)).toMatchObject({ state: 'open' });
    expect(await confirmOperator(t.as(SYSTEM), requester)).toBe('member');
    expect(await decide(t, APPROVER, approvalId)).toMatchObject({ state: 'approved' });
  });

  it('T45: is refused once the requester’s role was withdrawn, because that closes the request', async () => {
    const { accountId } = await anAccount(t);
    const approvalId = await requestDeletion(t, accountId, SECOND_ADMIN);
    await withdrawRole(t.as(ADMIN), { teamId: 'T0TEST', userId: 'U0SECOND' });
    expect(await approvalRow(t, approvalId)).toMatchObject({ state: 'outdated', code: 'not_permitted' });
    await grantRole(t.as(ADMIN), { teamId: 'T0TEST', userId: 'U0SECOND', role: 'admin' });
    expect(await refusalOf(decide(t, APPROVER, approvalId))).toBe('approval_ended');
  });

  it('T46: counts once when three operators approve 100 times at once, and the change runs once', async () => {
    const { accountId } = await anAccount(t);
    const approvalId = await requestDeletion(t, accountId);
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        refusalOf(decide(t, [APPROVER, SECOND_ADMIN, SECOND_APPROVER][n % 3] ?? SECOND_APPROVER, approvalId)),
      ),
    );
    expect(outcomes.filter((code) => code === 'done')).toHaveLength(1);
    expect(outcomes.filter((code) => code === 'approval_ended')).toHaveLength(99);
    const rows = await t.sql`select operation from audit where outcome = 'done'
      and (approval_id = ${approvalId} or target_id = ${approvalId}) order by operation`;
    expect(rows.map((row) => row.operation)).toEqual(['accounts/delete', 'approvals/decide']);
    expect(await stateOf(t, accountId)).toBe('deleted');
  });

  it('T46: has one winner when an approval and a decline race 50 times, and the account shows which', async () => {
    for (let n = 0; n < 50; n++) {
      const { accountId } = await anAccount(t);
      const approvalId = await requestDeletion(t, accountId);
      const outcomes = await Promise.all([
        refusalOf(decide(t, APPROVER, approvalId, 'approve')),
        refusalOf(decide(t, SECOND_ADMIN, approvalId, 'decline')),
      ]);
      expect(outcomes.toSorted()).toEqual(['approval_ended', 'done']);
      const isApproved = outcomes[0] === 'done';
      expect(await approvalRow(t, approvalId)).toMatchObject({ state: isApproved ? 'approved' : 'declined' });
      expect(await stateOf(t, accountId)).toBe(isApproved ? 'deleted' : 'active');
    }
  });

  it('T47: ends the request as outdated when the account has changed since', async () => {
    const { accountId } = await anAccount(t);
    const approvalId = await requestDeletion(t, accountId);
    await editAccount(t.as(SECOND_ADMIN), { accountId, note: 'keep: has a contract' });
    expect(await decide(t, APPROVER, approvalId)).toMatchObject({
      state: 'outdated',
      code: 'account_changed',
    });
    expect(await stateOf(t, accountId)).toBe('active');
    const refused =
      await t.sql`select code from audit where approval_id = ${approvalId} and outcome = 'refused'`;
    expect(refused).toEqual([{ code: 'account_changed' }]);
  });

  it('T47: fails when the stored input belongs to another request', async () => {
    const [one, other] = [(await anAccount(t)).accountId, (await anAccount(t)).accountId];
    const [first, second] = [await requestDeletion(t, one), await requestDeletion(t, other)];
    await t.sql`update approvals set sealed_input =
      (select sealed_input from approvals where id = ${second}) where id = ${first}`;
    await expect(decide(t, APPROVER, first)).rejects.toThrow('the input of another');
    expect([await stateOf(t, one), await stateOf(t, other)]).toEqual(['active', 'active']);
  });

  it('leaves no reason and no email in the request once its account is erased', async () => {
    const { accountId } = await anAccount(t, { email: 'erase-me@example.com' });
    const approvalId = await requestDeletion(t, accountId, ADMIN, 'erase-me@example.com asked for it');
    t.policy.eraseDeletedAfterDays = 0;
    await decide(t, APPROVER, approvalId, 'approve', 'as erase-me@example.com wishes').finally(() => {
      t.policy.eraseDeletedAfterDays = 30;
    });
    const [kept] = await t.sql`select to_jsonb(a) as row, to_jsonb(d) as details from approvals a
      left join audit on audit.approval_id = a.id or audit.target_id = a.id::text
      left join audit_details d on d.audit_id = audit.id where a.id = ${approvalId}`;
    expect(JSON.stringify(kept)).not.toContain('erase-me');
  });
});
