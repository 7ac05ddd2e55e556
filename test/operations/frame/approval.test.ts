import { describe, expect, it } from 'vitest';
import { activateAccount } from '../../../src/operations/accounts/activate.ts';
import { addAccount } from '../../../src/operations/accounts/add.ts';
import { blockAccount } from '../../../src/operations/accounts/block.ts';
import { deleteAccount } from '../../../src/operations/accounts/delete.ts';
import { withdrawRole } from '../../../src/operations/operators/withdraw.ts';
import { anAccount, stateOf } from '../../support/accounts.ts';
import { createApprovalContext, decide, requestDeletion, SECOND_ADMIN } from '../../support/approvals.ts';
import { ADMIN, APPROVER, refusalOf } from '../../support/context.ts';
import { forAllTests } from '../../support/for-all-tests.ts';

const t = forAllTests(createApprovalContext);

describe('an operation that needs a second operator', () => {
  it('changes nothing until another operator approves it, and then runs as the requester', async () => {
    const { accountId } = await anAccount(t);
    const approvalId = await requestDeletion(t, accountId);
    expect(await stateOf(t, accountId)).toBe('active');
    expect(await decide(t, APPROVER, approvalId)).toMatchObject({ state: 'approved' });
    expect(await stateOf(t, accountId)).toBe('deleted');
    const rows = await t.sql`select operation, outcome, actor_name from audit
      where approval_id = ${approvalId} or target_id = ${approvalId} order by id`;
    expect(rows).toEqual([
      { operation: 'accounts/delete', outcome: 'asked', actor_name: 'Ada Admin' },
      { operation: 'accounts/delete', outcome: 'done', actor_name: 'Name of U0ADMIN' },
      { operation: 'approvals/decide', outcome: 'done', actor_name: 'Abe Approver' },
    ]);
  });

  it('joins the open request for the same change, also when another operator made it', async () => {
    const { accountId } = await anAccount(t);
    const first = await requestDeletion(t, accountId);
    expect(await requestDeletion(t, accountId)).toBe(first);
    expect(await requestDeletion(t, accountId, SECOND_ADMIN)).toBe(first);
    expect(await t.sql`select id from approvals where account_id = ${accountId}`).toHaveLength(1);
  });

  it('is refused at once, and leaves no request, when it could not run anyway', async () => {
    const { accountId } = await anAccount(t);
    expect(await refusalOf(activateAccount(t.as(ADMIN), { accountId }))).toBe('account_state_unfitting');
    expect(await refusalOf(deleteAccount(t.as(ADMIN), { accountId: 'nobody' }))).toBe('account_not_found');
    expect(await refusalOf(deleteAccount(t.as(APPROVER), { accountId }))).toBe('not_permitted');
    expect(await t.sql`select id from approvals where account_id = ${accountId}`).toHaveLength(0);
    const jobs =
      await t.sql`select 1 from mails where account_id = ${accountId} and template = 'AccountClosedDeveloper'`;
    expect(jobs).toHaveLength(0);
  });

  it('is refused at once when no other operator could decide', async () => {
    const accountId = (
      await addAccount(t.as(ADMIN, 'theirs'), { email: 'alone@example.com', firstName: 'A', lastName: 'B' })
    ).account.id;
    await withdrawRole(t.as(ADMIN, 'theirs'), { teamId: 'T0TEST', userId: 'U0APPROVER' });
    expect(await refusalOf(deleteAccount(t.as(ADMIN, 'theirs'), { accountId }))).toBe('no_second_operator');
    expect(await t.sql`select id from approvals where service_id = 'theirs'`).toHaveLength(0);
  });
});

it('an operation that the policy does not name runs without a second operator', async () => {
  const { accountId } = await anAccount(t);
  await blockAccount(t.as(ADMIN), { accountId, reason: 'by one alone' });
  expect(await stateOf(t, accountId)).toBe('blocked');
});
